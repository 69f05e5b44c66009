import { BLUESKY } from './bluesky/definition.js';
import type { Platform } from './contract.js';
import type { PlatformDefinition, PlatformVariables } from './definition.js';
import { FACEBOOK } from './facebook/definition.js';
import { INSTAGRAM } from './instagram/definition.js';
import { LINKEDIN } from './linkedin/definition.js';
import { MASTODON } from './mastodon/definition.js';
import { PINTEREST } from './pinterest/definition.js';
import { THREADS } from './threads/definition.js';
import { TIKTOK } from './tiktok/definition.js';
import { YOUTUBE } from './youtube/definition.js';

/** The platforms that can be collected. A new one is a folder beside these and a line here. */
export const DEFINITIONS: readonly PlatformDefinition[] = [
  INSTAGRAM,
  FACEBOOK,
  YOUTUBE,
  LINKEDIN,
  PINTEREST,
  THREADS,
  TIKTOK,
  BLUESKY,
  MASTODON,
];

export const platformNames: readonly string[] = DEFINITIONS.map(({ name }) => name);

/** The platforms by name, configured from the environment. `added` platforms replace built-in ones of the same name. */
export function createPlatforms(
  { platforms: variables }: { readonly platforms: PlatformVariables },
  added: readonly PlatformDefinition[] = [],
): Map<string, Platform> {
  return new Map(
    [...DEFINITIONS, ...added].map((definition) => [definition.name, definition.create(own(definition, variables))]),
  );
}

/** A platform gets only its own variables, so that it cannot see another platform's secrets. */
function own({ variables: declared }: PlatformDefinition, all: PlatformVariables): PlatformVariables {
  return Object.fromEntries(Object.keys(declared).map((name) => [name, all[name]]));
}
