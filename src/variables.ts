import { Cron } from 'croner';
import { z } from 'zod';
import { isHeaderSafe } from './text.js';
import { parseFernetKey } from './tokens/fernet.js';
import { splitKeys } from './tokens/keyring.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that may also be read from the file that `NAME_FILE` names. */
export const SECRETS = [
  'SUPABASE_SERVICE_ROLE_KEY',
  'DATABASE_URL',
  'ENCRYPTION_KEY',
  'META_APP_SECRET',
  'GOOGLE_CLIENT_SECRET',
  'LINKEDIN_CLIENT_SECRET',
  'INTERNAL_CRON_SECRET',
  'ALERT_WEBHOOK_URL',
  'HEALTHCHECK_URL',
] as const;

/** Meta serves calls to an expired version with the oldest usable one: https://developers.facebook.com/docs/graph-api/changelog */
const OLDEST_GRAPH_VERSION = 21;
/** At 09:00 UTC the Pacific day, Meta's and YouTube's, has ended all the year round. */
const DEFAULT_CRON = '0 2,9 * * *';
const NEW_KEY = "the output of: openssl rand -base64 32 | tr '+/' '-_'";

const baseAddress = (example: string) =>
  variable(isBaseAddress, 'is not an http(s) address without a trailing slash', example).default(example);
const credential = (example: string) => variable(isHeaderSafe, 'has spaces or other stray characters in it', example);

/** Every variable, with what is wrong with a wrong one. Messages never hold the value. */
export const Variables = z.object({
  SUPABASE_URL: variable(
    isOrigin,
    'is not an http(s) address without a path',
    'https://abcdefgh.supabase.co',
  ).optional(),
  SUPABASE_SERVICE_ROLE_KEY: variable(
    (key) => isHeaderSafe(key) && !isPublicKey(key),
    'is not a service role key (the public, anon key reads nothing)',
    'sb_secret_…',
  ).optional(),
  DATABASE_URL: variable(
    isPostgresAddress,
    'is not a postgres:// address',
    'postgres://user:password@host:5432/database',
  ).optional(),
  ANALYTICS_DATA_DIR: z.string().optional(),
  ANALYTICS_SANDBOX_DIR: z.string().optional(),
  ENCRYPTION_KEY: variable(areFernetKeys, 'is not a Fernet key, or several separated by commas', NEW_KEY).optional(),
  ALLOW_PLAINTEXT_TOKENS: flag().optional(),
  META_GRAPH_URL: baseAddress('https://graph.facebook.com'),
  INSTAGRAM_GRAPH_URL: baseAddress('https://graph.instagram.com'),
  META_GRAPH_VERSION: variable(isUsableGraphVersion, 'is not a Graph API version from v21.0 on', 'v25.0').default(
    'v25.0',
  ),
  META_APP_ID: credential('1234567890').optional(),
  META_APP_SECRET: credential('0123456789abcdef').optional(),
  YOUTUBE_ANALYTICS_URL: baseAddress('https://youtubeanalytics.googleapis.com'),
  YOUTUBE_DATA_URL: baseAddress('https://www.googleapis.com'),
  GOOGLE_OAUTH_URL: baseAddress('https://oauth2.googleapis.com'),
  GOOGLE_CLIENT_ID: credential('1234.apps.googleusercontent.com').optional(),
  GOOGLE_CLIENT_SECRET: credential('GOCSPX-…').optional(),
  LINKEDIN_API_URL: baseAddress('https://api.linkedin.com'),
  LINKEDIN_OAUTH_URL: baseAddress('https://www.linkedin.com'),
  LINKEDIN_VERSION: variable(
    (text) => /^20\d{2}(0[1-9]|1[0-2])$/.test(text),
    'is not a year and month',
    '202608',
  ).optional(),
  LINKEDIN_CLIENT_ID: credential('77abcdefghijkl').optional(),
  LINKEDIN_CLIENT_SECRET: credential('WPL_AP1.…').optional(),
  // Only `serve` needs a good one: an application's own, shorter one must not keep `collect` from running.
  INTERNAL_CRON_SECRET: z.string().optional(),
  ANALYTICS_CRON: variable(isCron, 'is not five fields of cron with a time to come', DEFAULT_CRON).default(
    DEFAULT_CRON,
  ),
  ANALYTICS_TZ: variable(isTimeZone, 'is not a time zone', 'Europe/Berlin').default('UTC'),
  ALERT_WEBHOOK_URL: variable(isHttp, 'is not an http(s) address', 'https://hooks.slack.com/services/…').optional(),
  ALERT_DETAILS: flag().optional(),
  HEALTHCHECK_URL: variable(isHttp, 'is not an http(s) address', 'https://hc-ping.com/…').optional(),
});

export type Variables = z.infer<typeof Variables>;

/** What must not be missing beside what is there. */
export function missingVariables(values: Environment): [name: string, mistake: string][] {
  const missing: [string, string][] = [];
  if (values.SUPABASE_URL && !values.SUPABASE_SERVICE_ROLE_KEY) {
    missing.push(['SUPABASE_SERVICE_ROLE_KEY', 'is missing beside SUPABASE_URL, for example sb_secret_…']);
  }
  if (values.SUPABASE_SERVICE_ROLE_KEY && !values.SUPABASE_URL) {
    missing.push([
      'SUPABASE_URL',
      'is missing beside SUPABASE_SERVICE_ROLE_KEY, for example https://abcdefgh.supabase.co',
    ]);
  }
  if ((values.SUPABASE_URL || values.DATABASE_URL) && !values.ENCRYPTION_KEY) {
    missing.push(['ENCRYPTION_KEY', `is missing: the key that tokens are encrypted with, for example ${NEW_KEY}`]);
  }
  return missing;
}

function variable(isRight: (text: string) => boolean, problem: string, example: string) {
  return z.string().refine(isRight, { error: `${problem}, for example ${example}` });
}

function flag() {
  return variable((text) => text === '0' || text === '1', 'is neither 1 nor 0', '1');
}

function isCron(text: string): boolean {
  try {
    return new Cron(text, { mode: '5-part' }).nextRun() !== null && text.trim().split(/\s+/).length === 5;
  } catch {
    return false;
  }
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== null;
  } catch {
    return false;
  }
}

function isBaseAddress(text: string): boolean {
  return isHttp(text) && !text.endsWith('/') && !/[?#]/.test(text);
}

function isOrigin(text: string): boolean {
  return isHttp(text) && [new URL(text).origin, `${new URL(text).origin}/`].includes(text.toLowerCase());
}

function isHttp(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function isPostgresAddress(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}

/** Row level security hides every row from the public key: a run with it would find no connections and call that success. */
function isPublicKey(key: string): boolean {
  if (key.startsWith('sb_publishable_')) return true;
  const claims = Buffer.from(key.split('.')[1] ?? '', 'base64url').toString();
  return /"role"\s*:\s*"anon"/.test(claims);
}

function areFernetKeys(text: string): boolean {
  return splitKeys(text).every((key) => parseFernetKey(key) !== null);
}

function isUsableGraphVersion(text: string): boolean {
  const version = /^v(\d{2})\.0$/.exec(text);
  return version !== null && Number(version[1]) >= OLDEST_GRAPH_VERSION;
}
