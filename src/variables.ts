import { Cron } from 'croner';
import { z } from 'zod';
import { CollectError } from './errors.js';
import { isConfidential } from './loopback.js';
import type { PlatformDefinition } from './platforms/definition.js';
import { DEFINITIONS } from './platforms/registry.js';
import { asSecret, isHttp, namesOf, SAFE_ADDRESS, SECRETS, setting } from './setting.js';
import { isHeaderSafe } from './text.js';
import { parseFernetKey } from './tokens/fernet.js';
import { splitKeys } from './tokens/keyring.js';

/** Variables by name, as `process.env`; one that is undefined or empty is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** At 09:00 UTC the Pacific day, which is Meta's and YouTube's, has ended all year round. */
const DEFAULT_CRON = '0 2,9 * * *';
const NEW_KEY = "the output of: openssl rand -base64 32 | tr '+/' '-_'";

/** Every variable that is not a platform's, by purpose. `help environment` shows the descriptions. */
export const OWN_GROUPS = {
  Database: {
    SUPABASE_URL: setting(isOrigin, `is not an ${SAFE_ADDRESS} without a path`, 'https://abcdefgh.supabase.co')
      .optional()
      .describe('the Supabase project'),
    SUPABASE_SERVICE_ROLE_KEY: asSecret(
      setting(
        (key) => isHeaderSafe(key) && !isPublicKey(key),
        'is not a service role key (the public anon key cannot read anything)',
        'sb_secret_…',
      ).optional(),
    ).describe('its service role key'),
    DATABASE_URL: asSecret(
      setting(
        isPostgresAddress,
        'is not a postgres:// address',
        'postgres://user:password@host:5432/database',
      ).optional(),
    ).describe('any PostgreSQL 15 or newer, if there is no Supabase; with Supabase, what schema --apply uses'),
    ANALYTICS_DATA_DIR: z
      .string()
      .optional()
      .describe("the folder of the embedded PostgreSQL, used without the others (default: in the user's data folder)"),
    ANALYTICS_SANDBOX_DIR: z
      .string()
      .optional()
      .describe('the folder that collect --sandbox --keep fills (default: sandbox in the data folder)'),
  },
  Tokens: {
    ENCRYPTION_KEY: asSecret(
      setting(areFernetKeys, 'is not a Fernet key or a comma-separated list of them', NEW_KEY).optional(),
    ).describe('the Fernet key of the stored tokens; several, separated by commas, rotate it'),
    ALLOW_PLAINTEXT_TOKENS: flag().optional().describe('1 accepts tokens that are not encrypted'),
    RENEW_TOKENS: flag()
      .optional()
      .describe('1 stores tokens that a run renews, 0 does not (default: 1 with the embedded PostgreSQL)'),
  },
  serve: {
    // Only `serve` needs a long one: a shorter one of the application must not keep `collect` from running.
    INTERNAL_CRON_SECRET: asSecret(z.string().optional()).describe(
      'the secret of serve: for X-Cron-Secret and the login to its page',
    ),
    ANALYTICS_CRON: setting(isCron, 'is not a cron expression of five fields with a future time', DEFAULT_CRON)
      .default(DEFAULT_CRON)
      .describe('when serve collects by itself: five fields of cron'),
    ANALYTICS_TZ: setting(isTimeZone, 'is not a time zone', 'Europe/Berlin')
      .default('UTC')
      .describe('the time zone of ANALYTICS_CRON'),
  },
  Alerts: {
    ALERT_WEBHOOK_URL: asSecret(
      setting(isHttp, 'is not an http(s) address', 'https://hooks.slack.com/services/…').optional(),
    ).describe('incoming webhook of Slack, Discord or Mattermost'),
    ALERT_DETAILS: flag().optional().describe('1 names users and connections in alerts'),
    HEALTHCHECK_URL: asSecret(
      setting(isHttp, 'is not an http(s) address', 'https://hc-ping.com/…').optional(),
    ).describe('address of a check that runs ping'),
  },
};

const OWN = z.object({ ...OWN_GROUPS.Database, ...OWN_GROUPS.Tokens, ...OWN_GROUPS.serve, ...OWN_GROUPS.Alerts });

/** The validated values of the variables that are not a platform's. */
export type Variables = z.infer<typeof OWN>;

/** The variables that are read: the collector's own, and those of the platforms. */
export interface VariableSchemas {
  readonly own: typeof OWN;
  readonly platforms: z.ZodObject;
  /** The names of all of them. */
  readonly names: readonly string[];
  /** The names of those that may also be read from the file that `NAME_FILE` names. */
  readonly secrets: readonly string[];
  /** Names that are similar to these but commonly used for something else. */
  readonly unrelated: readonly string[];
}

/** `added` are platforms in addition to the built-in ones. */
export function variableSchemas(added: readonly PlatformDefinition[] = []): VariableSchemas {
  const definitions = [...DEFINITIONS, ...added];
  for (const { name, variables } of added) refuseTaken(name, Object.keys(variables));
  const platforms = Object.fromEntries(
    definitions
      .flatMap(({ variables }) => Object.entries(variables))
      .flatMap(([name, schema]) => (schema instanceof z.ZodType ? [[name, schema] as const] : [])),
  );
  const shape = { ...platforms, ...OWN.shape };
  return {
    own: OWN,
    platforms: z.object(platforms),
    names: Object.keys(shape),
    secrets: namesOf(shape, ...SECRETS),
    unrelated: definitions.flatMap(({ unrelatedVariables = [] }) => unrelatedVariables),
  };
}

/** A variable that is already read keeps its rules: a secret must stay secret. */
function refuseTaken(platform: string, names: readonly string[]): void {
  const taken = new Set([OWN.shape, ...DEFINITIONS.map(({ variables }) => variables)].flatMap(Object.keys));
  const name = names.find((given) => taken.has(given));
  if (name === undefined) return;
  throw new CollectError(
    'usage',
    `The platform ${platform} declares the variable ${name}, which is taken.`,
    'Rename it.',
  );
}

/** The variables that are required because of others that are set. */
export function missingVariables(values: Environment): [name: string, mistake: string][] {
  const missing: [string, string][] = [];
  if (values.SUPABASE_URL && !values.SUPABASE_SERVICE_ROLE_KEY) {
    missing.push(['SUPABASE_SERVICE_ROLE_KEY', 'is missing although SUPABASE_URL is set, for example sb_secret_…']);
  }
  if (values.SUPABASE_SERVICE_ROLE_KEY && !values.SUPABASE_URL) {
    missing.push([
      'SUPABASE_URL',
      'is missing although SUPABASE_SERVICE_ROLE_KEY is set, for example https://abcdefgh.supabase.co',
    ]);
  }
  if ((values.SUPABASE_URL || values.DATABASE_URL) && !values.ENCRYPTION_KEY) {
    missing.push(['ENCRYPTION_KEY', `is missing; it is the key that encrypts tokens, for example ${NEW_KEY}`]);
  }
  return missing;
}

function flag() {
  return setting((text) => text === '0' || text === '1', 'is neither 1 nor 0', '1');
}

function isCron(text: string): boolean {
  try {
    return new Cron(text, { mode: '5-part' }).nextRun() !== null && text.trim().split(/\s+/).length === 5;
  } catch {
    return false;
  }
}

export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== null;
  } catch {
    return false;
  }
}

function isOrigin(text: string): boolean {
  if (!isHttp(text)) return false;
  const url = new URL(text);
  return isConfidential(url) && [url.origin, `${url.origin}/`].includes(text.toLowerCase());
}

function isPostgresAddress(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}

/** Row level security hides every row from the public key: a run with it would find no connections and report success. */
function isPublicKey(key: string): boolean {
  if (key.startsWith('sb_publishable_')) return true;
  const claims = Buffer.from(key.split('.')[1] ?? '', 'base64url').toString();
  return /"role"\s*:\s*"anon"/.test(claims);
}

function areFernetKeys(text: string): boolean {
  return splitKeys(text).every((key) => parseFernetKey(key) !== null);
}
