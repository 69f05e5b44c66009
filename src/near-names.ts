import { nearest } from './edit-distance.js';
import { type Environment, SECRETS, Variables } from './variables.js';

/** Names under which other programs know the same thing. */
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

/** Vercel's name. Only `serve` needs the secret: an application's own must not keep `collect` from running. */
export const CRON_SECRET_ALIAS = 'CRON_SECRET';

/** One edit away from a setting, and common for something else. */
const OTHERS = new Set([
  'GOOGLE_AUTH_URL',
  'LINKEDIN_AUTH_URL',
  'LINKEDIN_APP_URL',
  'GOOGLE_CLIENT_IDS',
  'GOOGLE_CLIENT_SECRETS',
  'GOOGLE_CLIENT_SECRETS_FILE',
]);

/** In a shorter name, two edits make a word of its own: `ANALYTICS_TZ`, `ANALYTICS_ID`. */
const TWO_EDITS_FROM = 16;

const STORE_VARIABLES = new Set(['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY', 'DATABASE_URL', 'ANALYTICS_DATA_DIR']);
const NAMES = Object.keys(Variables.shape);
const FILE_NAMES = SECRETS.map((name) => `${name}_FILE`);
const KNOWN = new Set([...NAMES, ...FILE_NAMES]);

/** A variable that is set, but not read, and the one that was probably meant. */
export interface NearName {
  readonly given: string;
  readonly meant: string;
}

/**
 * The variables that are nearly one of ours while that one is unset. Those of a store count only while no other store is chosen: an
 * application's `POSTGRES_URL` beside a complete Supabase is no mistake.
 */
export function nearNames(environment: Environment): NearName[] {
  const given = Object.keys(environment)
    .filter((name) => environment[name])
    .sort();
  const isSet = (name: string) => given.includes(name) || given.includes(`${name}_FILE`);
  const choosable = new Set(NAMES.filter((name) => !isSet(name)));
  const isChosen = isStoreChosen(isSet);
  if (isChosen) for (const name of STORE_VARIABLES) choosable.delete(name);
  const namesFolder = isSet('ANALYTICS_DATA_DIR') && !isSet('SUPABASE_URL');

  return given.flatMap((name) => {
    if (KNOWN.has(name) || OTHERS.has(name)) return [];
    const alias = aliasOf(name);
    if (alias !== null) {
      const isElsewhere = namesFolder && STORE_VARIABLES.has(variableOf(alias));
      return choosable.has(variableOf(alias)) && !isElsewhere ? [{ given: name, meant: alias }] : [];
    }
    const candidates = [...KNOWN].filter((known) => choosable.has(variableOf(known)));
    const meant = nearest(name, candidates, name.length < TWO_EDITS_FROM ? 1 : 2);
    return meant === null ? [] : [{ given: name, meant }];
  });
}

/** The variable that a name stands for: itself, or the secret that a file holds. */
export function variableOf(name: string): string {
  return FILE_NAMES.includes(name) ? name.replace(/_FILE$/, '') : name;
}

function aliasOf(name: string): string | null {
  const alias = ALIASES[name];
  if (alias !== undefined) return alias;
  const inFile = name.endsWith('_FILE') ? ALIASES[name.replace(/_FILE$/, '')] : undefined;
  return inFile === undefined ? null : `${inFile}_FILE`;
}

/** A store that is half named is not chosen: its other half may be what was misspelt. */
function isStoreChosen(isSet: (name: string) => boolean): boolean {
  const [url, key] = [isSet('SUPABASE_URL'), isSet('SUPABASE_SERVICE_ROLE_KEY')];
  return url || key ? url && key : isSet('DATABASE_URL');
}
