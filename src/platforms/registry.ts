import { facebook } from './facebook/facebook.js';
import { instagram } from './instagram/instagram.js';
import type { MetaSettings } from './meta/graph.js';
import type { Platform } from './platform.js';

export interface PlatformSettings {
  readonly meta: MetaSettings;
}

/** The platforms that can be collected, by name. A new one is a folder beside these and a line here. */
const FACTORIES = {
  instagram: (settings: PlatformSettings) => instagram(settings.meta),
  facebook: (settings: PlatformSettings) => facebook(settings.meta),
};

export const platformNames: readonly string[] = Object.keys(FACTORIES);

export function createPlatforms(settings: PlatformSettings): Map<string, Platform> {
  return new Map(Object.entries(FACTORIES).map(([name, create]) => [name, create(settings)]));
}
