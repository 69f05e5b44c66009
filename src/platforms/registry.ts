import type { Platform } from './contract.js';
import { facebook } from './facebook/facebook.js';
import type { GoogleSettings } from './google/oauth.js';
import { instagram } from './instagram/instagram.js';
import type { LinkedInSettings } from './linkedin/api.js';
import { linkedin } from './linkedin/linkedin.js';
import type { MetaSettings } from './meta/graph.js';
import { youtube } from './youtube/youtube.js';

export interface PlatformSettings {
  readonly meta: MetaSettings;
  readonly google: GoogleSettings;
  readonly linkedin: LinkedInSettings;
}

/** The platforms that can be collected, by name. A new one is a folder beside these and a line here. */
const FACTORIES = {
  instagram: (settings: PlatformSettings) => instagram(settings.meta),
  facebook: (settings: PlatformSettings) => facebook(settings.meta),
  youtube: (settings: PlatformSettings) => youtube(settings.google),
  linkedin: (settings: PlatformSettings) => linkedin(settings.linkedin),
};

export const platformNames: readonly string[] = Object.keys(FACTORIES);

export function createPlatforms(settings: PlatformSettings): Map<string, Platform> {
  return new Map(Object.entries(FACTORIES).map(([name, create]) => [name, create(settings)]));
}
