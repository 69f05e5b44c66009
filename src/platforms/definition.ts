import { CollectError } from '../errors.js';
import type { Values, Variable } from '../setting.js';
import type { Platform } from './contract.js';

/** The values of the variables that platforms read, validated, by name. */
export type PlatformVariables = Readonly<Record<string, unknown>>;

/** A platform before it is configured: what is known without the environment, and how to create it from its variables. */
export interface PlatformDefinition<
  Variables extends Readonly<Record<string, Variable>> = Readonly<Record<string, Variable>>,
> {
  /** As in `Platform`. */
  readonly name: string;
  /** For messages: `Instagram`. */
  readonly title: string;
  /**
   * The columns of `platform_connections` that may hold the account's id, in order of precedence, if they differ from
   * `ACCOUNT_COLUMNS`. Only for built-in platforms: the view `collection_connections` reads the same columns, which a test checks.
   * `--plugin` and `ownPlatforms` refuse it.
   */
  readonly accountColumns?: readonly string[];
  /** What the platform reads from the environment, by name: see `baseAddress`, `credential`, `secret` and `setting`. */
  readonly variables: Variables;
  /** Names that are similar to these but commonly used for something else, and so not misspellings. */
  readonly unrelatedVariables?: readonly string[];
  create(variables: Values<Variables>): Platform;
}

/** The columns that hold the account's id on any platform. */
export const ACCOUNT_COLUMNS = ['account_id', 'page_id'];

/** Types a platform by the contract. One that reads nothing from the environment may be passed as it is. */
export function definePlatform(platform: Platform): PlatformDefinition;
export function definePlatform<Variables extends Readonly<Record<string, Variable>>>(
  definition: PlatformDefinition<Variables>,
): PlatformDefinition<Variables>;
export function definePlatform(given: Platform | PlatformDefinition): PlatformDefinition {
  // A program without types may pass anything.
  if (typeof given !== 'object' || given === null) {
    throw new CollectError(
      'usage',
      'definePlatform takes a platform or its definition.',
      'See the type PlatformDefinition.',
    );
  }
  if ('create' in given) return given;
  return { name: given.name, title: given.name, variables: {}, create: () => given };
}
