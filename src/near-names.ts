import { nearest } from './edit-distance.js';
import type { Environment, VariableSchemas } from './variables.js';

/** Names that other programs use for the same thing. */
const ALIASES: Readonly<Record<string, string>> = {
  SUPABASE_SERVICE_KEY: 'SUPABASE_SERVICE_ROLE_KEY',
  SUPABASE_SERVICE_ROLE: 'SUPABASE_SERVICE_ROLE_KEY',
  SUPABASE_SECRET_KEY: 'SUPABASE_SERVICE_ROLE_KEY',
  SUPABASE_KEY: 'SUPABASE_SERVICE_ROLE_KEY',
  POSTGRES_URL: 'DATABASE_URL',
  DB_URL: 'DATABASE_URL',
  FERNET_KEY: 'ENCRYPTION_KEY',
  TOKEN_ENCRYPTION_KEY: 'ENCRYPTION_KEY',
};

/** Vercel's name. Only `serve` needs the secret: one that belongs to the application must not keep `collect` from running. */
export const CRON_SECRET_ALIAS = 'CRON_SECRET';

/** In shorter names, two edits can make a different word: `ANALYTICS_TZ`, `ANALYTICS_ID`. */
const TWO_EDITS_FROM = 16;

const STORE_VARIABLES = new Set(['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY', 'DATABASE_URL', 'ANALYTICS_DATA_DIR']);

/** The names that are read, and similar names that are not misspellings. */
type KnownNames = Pick<VariableSchemas, 'names' | 'secrets' | 'unrelated'>;

/** A variable that is set but not read, and the one that was probably meant. */
export interface NearName {
  readonly given: string;
  readonly meant: string;
}

/**
 * Variables whose names are similar to one of ours that is not set. Those of a store count only if no other store is chosen: an
 * application's `POSTGRES_URL` in addition to a complete Supabase configuration is not a mistake.
 */
export function nearNames(environment: Environment, { names, secrets, unrelated }: KnownNames): NearName[] {
  const known = new Set([...names, ...secrets.map(fileNameOf)]);
  const variableOf = (name: string) => variableNamed(name, secrets);
  const given = Object.keys(environment)
    .filter((name) => environment[name])
    .sort();
  const isSet = (name: string) => given.includes(name) || given.includes(fileNameOf(name));
  const choosable = new Set(names.filter((name) => !isSet(name)));
  const isChosen = isStoreChosen(isSet);
  if (isChosen) for (const name of STORE_VARIABLES) choosable.delete(name);
  const namesFolder = isSet('ANALYTICS_DATA_DIR') && !isSet('SUPABASE_URL');

  const candidates = [...known].filter((candidate) => choosable.has(variableOf(candidate)));

  return given.flatMap((name) => {
    if (known.has(name) || unrelated.includes(name)) return [];
    const alias = aliasOf(name);
    if (alias !== null) {
      const isElsewhere = namesFolder && STORE_VARIABLES.has(variableOf(alias));
      return choosable.has(variableOf(alias)) && !isElsewhere ? [{ given: name, meant: alias }] : [];
    }
    const meant = nearest(name, candidates, name.length < TWO_EDITS_FROM ? 1 : 2);
    return meant === null ? [] : [{ given: name, meant }];
  });
}

/** The variable that a name sets: itself, or the secret whose file it names. */
export function variableNamed(name: string, secrets: readonly string[]): string {
  return secrets.find((secret) => fileNameOf(secret) === name) ?? name;
}

/** The variable that names the file of a secret. */
export function fileNameOf(secret: string): string {
  return `${secret}_FILE`;
}

function aliasOf(name: string): string | null {
  const alias = ALIASES[name];
  if (alias !== undefined) return alias;
  const inFile = name.endsWith('_FILE') ? ALIASES[name.replace(/_FILE$/, '')] : undefined;
  return inFile === undefined ? null : fileNameOf(inFile);
}

/** A store with only half of its variables is not chosen: the other half may be misspelled. */
function isStoreChosen(isSet: (name: string) => boolean): boolean {
  const [url, key] = [isSet('SUPABASE_URL'), isSet('SUPABASE_SERVICE_ROLE_KEY')];
  return url || key ? url && key : isSet('DATABASE_URL');
}
