import type { Platform, PlatformDefinition, PlatformVariables } from './contract.js';
import { FACEBOOK } from './facebook/definition.js';
import { INSTAGRAM } from './instagram/definition.js';
import { LINKEDIN } from './linkedin/definition.js';
import { YOUTUBE } from './youtube/definition.js';

/** The platforms that can be collected. A new one is a folder beside these and a line here. */
export const DEFINITIONS: readonly PlatformDefinition[] = [INSTAGRAM, FACEBOOK, YOUTUBE, LINKEDIN];

export const platformNames: readonly string[] = DEFINITIONS.map(({ name }) => name);

/** The platforms by name, as the environment has them; `added` beside the built-in ones, or in place of those with the same name. */
export function createPlatforms(
  { platforms: variables }: { readonly platforms: PlatformVariables },
  added: readonly PlatformDefinition[] = [],
): Map<string, Platform> {
  return new Map(
    [...DEFINITIONS, ...added].map((definition) => [definition.name, definition.create(own(definition, variables))]),
  );
}

/** A platform is given its own variables alone: another's secrets are none of its business. */
function own({ variables: declared }: PlatformDefinition, all: PlatformVariables): PlatformVariables {
  return Object.fromEntries(Object.keys(declared).map((name) => [name, all[name]]));
}
