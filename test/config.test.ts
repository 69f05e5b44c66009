import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cronSecretOf, loadConfig, secretsOf } from '../src/config.js';
import { readEnvironment } from '../src/environment.js';
import { CollectError } from '../src/errors.js';
import { DEFINITIONS } from '../src/platforms/registry.js';
import { namesOf } from '../src/setting.js';

const KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const OTHER_KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const ANON_KEY = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"role":"anon"}').toString('base64url')}.c2ln`;
const supabase = {
  SUPABASE_URL: 'https://abcdefgh.supabase.co',
  SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_1',
  ENCRYPTION_KEY: KEY,
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function mistakesOf(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof CollectError && error.code === 'config_invalid') return error.message;
    throw error;
  }
  return 'none';
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('without variables, the embedded store is used with the documented defaults', () => {
  expect(loadConfig({ ANALYTICS_DATA_DIR: '/data' })).toEqual({
    store: { kind: 'embedded', dataDir: '/data', isNamed: true },
    dataDir: '/data',
    encryptionKey: null,
    allowPlaintextTokens: false,
    renewsTokens: true,
    platforms: {
      META_GRAPH_URL: 'https://graph.facebook.com',
      INSTAGRAM_GRAPH_URL: 'https://graph.instagram.com',
      META_LOGIN_URL: 'https://www.facebook.com',
      META_GRAPH_VERSION: 'v25.0',
      INSTAGRAM_LOGIN_URL: 'https://www.instagram.com',
      INSTAGRAM_TOKEN_URL: 'https://api.instagram.com',
      YOUTUBE_ANALYTICS_URL: 'https://youtubeanalytics.googleapis.com',
      YOUTUBE_DATA_URL: 'https://www.googleapis.com',
      GOOGLE_OAUTH_URL: 'https://oauth2.googleapis.com',
      GOOGLE_ACCOUNTS_URL: 'https://accounts.google.com',
      LINKEDIN_API_URL: 'https://api.linkedin.com',
      LINKEDIN_OAUTH_URL: 'https://www.linkedin.com',
      PINTEREST_API_URL: 'https://api.pinterest.com',
      PINTEREST_LOGIN_URL: 'https://www.pinterest.com',
      PINTEREST_DAILY_REQUESTS: 1_000,
      THREADS_GRAPH_URL: 'https://graph.threads.net',
      THREADS_LOGIN_URL: 'https://threads.net',
      TIKTOK_BUSINESS_URL: 'https://business-api.tiktok.com',
      TIKTOK_API_URL: 'https://open.tiktokapis.com',
      TIKTOK_LOGIN_URL: 'https://www.tiktok.com',
      BLUESKY_API_URL: 'https://public.api.bsky.app',
    },
    platformSecrets: [],
    server: { cronSecret: null, cron: '0 2,9 * * *', timeZone: 'UTC' },
    alerts: { webhookUrl: null, details: false, healthcheckUrl: null },
  });
});

test.each([
  ['linux', {}, '/home/u/.local/share/analytics-collect'],
  ['linux', { XDG_DATA_HOME: '/xdg' }, '/xdg/analytics-collect'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/u/.local/share/analytics-collect'],
  ['darwin', { XDG_DATA_HOME: '/xdg' }, '/home/u/Library/Application Support/analytics-collect'],
  ['win32', { LOCALAPPDATA: '/local' }, '/local/analytics-collect'],
] as const)('the data folder on %s with %j', (platform, environment, expected) => {
  expect(loadConfig(environment, [], { platform, home: '/home/u' }).dataDir).toBe(expected);
});

describe('the store', () => {
  test('is Supabase if both Supabase and PostgreSQL are set', () => {
    const config = loadConfig({
      ...supabase,
      SUPABASE_URL: 'https://abc.supabase.co/',
      DATABASE_URL: 'postgres://h/d',
    });
    // The address of the database itself is for applying the schema.
    expect(config.store).toEqual({
      kind: 'supabase',
      url: 'https://abc.supabase.co',
      serviceRoleKey: 'sb_secret_1',
      databaseUrl: 'postgres://h/d',
    });
    expect(secretsOf(config)).toContain('postgres://h/d');
  });

  test('is PostgreSQL rather than the embedded one', () => {
    const config = loadConfig({ SUPABASE_URL: '', DATABASE_URL: 'postgresql://h/d', ENCRYPTION_KEY: KEY });
    expect(config.store).toEqual({ kind: 'postgres', url: 'postgresql://h/d' });
  });
});

test.each<[variable: string, environment: Record<string, string>]>([
  ['SUPABASE_URL', { ...supabase, SUPABASE_URL: 'abcdefgh.supabase.co' }],
  ['SUPABASE_URL', { ...supabase, SUPABASE_URL: 'https://abcdefgh.supabase.co/rest/v1' }],
  ['SUPABASE_URL', { ...supabase, SUPABASE_URL: 'https://user:pass@abcdefgh.supabase.co' }],
  ['SUPABASE_URL', { ...supabase, SUPABASE_URL: 'http://abcdefgh.supabase.co' }],
  ['SUPABASE_URL', { ...supabase, SUPABASE_URL: 'http://127.0.0.1.example.com' }],
  ['SUPABASE_URL', { ...supabase, SUPABASE_URL: '' }],
  ['SUPABASE_SERVICE_ROLE_KEY', { ...supabase, SUPABASE_SERVICE_ROLE_KEY: '' }],
  ['SUPABASE_SERVICE_ROLE_KEY', { ...supabase, SUPABASE_SERVICE_ROLE_KEY: 'sb_publishable_1' }],
  ['SUPABASE_SERVICE_ROLE_KEY', { ...supabase, SUPABASE_SERVICE_ROLE_KEY: ANON_KEY }],
  ['SUPABASE_SERVICE_ROLE_KEY', { ...supabase, SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_1\nsb_secret_2' }],
  ['ENCRYPTION_KEY', { ...supabase, ENCRYPTION_KEY: '' }],
  ['ENCRYPTION_KEY', { ...supabase, ENCRYPTION_KEY: 'hunter2' }],
  ['ENCRYPTION_KEY', { ...supabase, ENCRYPTION_KEY: `${KEY},` }],
  ['ENCRYPTION_KEY', { DATABASE_URL: 'postgres://h/d' }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://root:hunter2@h/d', ENCRYPTION_KEY: KEY }],
  ['ALLOW_PLAINTEXT_TOKENS', { ALLOW_PLAINTEXT_TOKENS: 'yes' }],
  ['META_GRAPH_URL', { META_GRAPH_URL: 'https://graph.facebook.com/' }],
  ['META_GRAPH_URL', { META_GRAPH_URL: 'http://graph.facebook.com' }],
  ['INSTAGRAM_GRAPH_URL', { INSTAGRAM_GRAPH_URL: 'http://10.0.0.1:8080' }],
  ['YOUTUBE_ANALYTICS_URL', { YOUTUBE_ANALYTICS_URL: 'http://youtubeanalytics.googleapis.com' }],
  ['YOUTUBE_DATA_URL', { YOUTUBE_DATA_URL: 'http://www.googleapis.com' }],
  ['GOOGLE_OAUTH_URL', { GOOGLE_OAUTH_URL: 'http://oauth2.googleapis.com' }],
  ['LINKEDIN_API_URL', { LINKEDIN_API_URL: 'http://localhost.example.com' }],
  ['LINKEDIN_OAUTH_URL', { LINKEDIN_OAUTH_URL: 'http://www.linkedin.com' }],
  ['LINKEDIN_API_URL', { LINKEDIN_API_URL: 'api.linkedin.com' }],
  ['META_GRAPH_VERSION', { META_GRAPH_VERSION: '25.0' }],
  ['META_GRAPH_VERSION', { META_GRAPH_VERSION: 'v18.0' }],
  ['LINKEDIN_VERSION', { LINKEDIN_VERSION: '202613' }],
  ['PINTEREST_DAILY_REQUESTS', { PINTEREST_DAILY_REQUESTS: '0' }],
  ['PINTEREST_DAILY_REQUESTS', { PINTEREST_DAILY_REQUESTS: '1e3' }],
  ['MASTODON_API_URL', { MASTODON_API_URL: 'http://mastodon.example' }],
  ['META_APP_SECRET', { META_APP_SECRET: 'hunter2 hunter2' }],
  ['META_APP_SECRET', { META_APP_SECRET: 'a', META_APP_SECRET_FILE: '/dev/null' }],
  ['ANALYTICS_CRON', { ANALYTICS_CRON: '0 0 2 * * *' }],
  ['ANALYTICS_CRON', { ANALYTICS_CRON: '61 2 * * *' }],
  ['ANALYTICS_CRON', { ANALYTICS_CRON: '0 2 31 2 *' }],
  ['ANALYTICS_CRON', { ANALYTICS_CRON: '@daily' }],
  ['ANALYTICS_TZ', { ANALYTICS_TZ: 'Mars/Olympus' }],
  ['ALERT_WEBHOOK_URL', { ALERT_WEBHOOK_URL: 'hooks.slack.com/services/hunter2' }],
  ['HEALTHCHECK_URL', { HEALTHCHECK_URL: 'hunter2' }],
  ['META_APP_SECRET_FILE', { META_APP_SECRET_FILE: '/does/not/exist' }],
])('a mistake in %s is reported: %#', (variable, environment) => {
  const [heading, line, ...others] = mistakesOf(environment).split('\n');
  expect(heading).toBe('The configuration has a mistake:');
  expect(line).toMatch(new RegExp(`^  ${variable} is |^  ${variable} (?:has|contains) |^  ${variable} names `));
  expect(others).toEqual([]);
  expect(line).not.toContain('hunter2');
});

test.each(['http://localhost:54321', 'http://127.0.0.2:54321', 'http://[::1]:54321'])(
  'plain http is accepted on this machine: %s',
  (url) => {
    expect(mistakesOf({ ...supabase, SUPABASE_URL: url, META_GRAPH_URL: `${url}/graph` })).toBe('none');
  },
);

test('all mistakes are reported at once', () => {
  expect(
    mistakesOf({ SUPABASE_URL: 'localhost:54321', ENCRYPTION_KEY: 'short', META_GRAPH_VERSION: '25' }),
  ).toMatchInlineSnapshot(`
    "The configuration has 4 mistakes:
      SUPABASE_URL is not an https:// address (http:// only on this machine) without a path, for example https://abcdefgh.supabase.co
      ENCRYPTION_KEY is not a Fernet key or a comma-separated list of them, for example the output of: openssl rand -base64 32 | tr '+/' '-_'
      META_GRAPH_VERSION is not a Graph API version from v21.0 on, for example v25.0
      SUPABASE_SERVICE_ROLE_KEY is missing although SUPABASE_URL is set, for example sb_secret_…"
  `);
});

test('a misspelled variable is reported with the right name, instead of as missing', () => {
  const { SUPABASE_SERVICE_ROLE_KEY: _, ENCRYPTION_KEY: __, ...environment } = supabase;
  expect(
    mistakesOf({ ...environment, SUPABASE_SERVICE_KEY: 'hunter2', ENCRYPTION_KY: 'hunter2', META_GRAPH_VERSION: '25' }),
  ).toMatchInlineSnapshot(`
    "The configuration has 3 mistakes:
      META_GRAPH_VERSION is not a Graph API version from v21.0 on, for example v25.0
      ENCRYPTION_KY is not read; the variable is named ENCRYPTION_KEY
      SUPABASE_SERVICE_KEY is not read; the variable is named SUPABASE_SERVICE_ROLE_KEY"
  `);
});

describe('a secret from a file', () => {
  test('loses only its last line break', () => {
    const config = loadConfig({ META_APP_SECRET_FILE: file('secret', 'app-secret\r\n') });
    expect(config.platforms.META_APP_SECRET).toBe('app-secret');
  });

  test('counts as set, for the variables that go together', () => {
    const { ENCRYPTION_KEY: _, ...environment } = supabase;
    expect(loadConfig({ ...environment, ENCRYPTION_KEY_FILE: file('key', `${KEY}\n`) }).encryptionKey).toBe(KEY);
  });

  test('is validated like any other', () => {
    expect(mistakesOf({ ENCRYPTION_KEY_FILE: file('key', 'short') })).toContain('ENCRYPTION_KEY is not a Fernet key');
    expect(mistakesOf({ ENCRYPTION_KEY_FILE: file('key', '') })).toContain('ENCRYPTION_KEY_FILE names an empty file');
  });

  test('works only for secrets', () => {
    expect(loadConfig({ META_GRAPH_VERSION_FILE: file('version', 'v23.0') }).platforms.META_GRAPH_VERSION).toBe(
      'v25.0',
    );
  });
});

test('the environment takes precedence over .env', () => {
  process.env.CONFIG_TEST_BOTH = 'environment';
  try {
    file('.env', 'CONFIG_TEST_BOTH=file\nCONFIG_TEST_FILE="a file"\n');
    expect(readEnvironment(folder)).toMatchObject({ CONFIG_TEST_BOTH: 'environment', CONFIG_TEST_FILE: 'a file' });
  } finally {
    delete process.env.CONFIG_TEST_BOTH;
  }
});

test('a missing .env is not an error', () => {
  expect(readEnvironment(folder)).toEqual(process.env);
});

test('every secret can be redacted from output', () => {
  const secrets = (environment: Record<string, string>) => secretsOf(loadConfig(environment));
  expect(secrets({})).toEqual([]);
  expect(secrets({ ...supabase, ENCRYPTION_KEY: `${KEY}, ${OTHER_KEY}`, META_APP_SECRET: 'm' })).toEqual([
    'sb_secret_1',
    KEY,
    OTHER_KEY,
    'm',
  ]);
  expect(secrets({ DATABASE_URL: 'postgres://u:p%40ss@h/d', ENCRYPTION_KEY: KEY })).toEqual([
    'postgres://u:p%40ss@h/d',
    'p%40ss',
    'p@ss',
    KEY,
  ]);
  expect(
    secrets({
      INTERNAL_CRON_SECRET: 'c',
      ALERT_WEBHOOK_URL: 'https://hooks.example/w',
      HEALTHCHECK_URL: 'https://hc.example/h',
    }),
  ).toEqual(['c', 'https://hooks.example/w', 'https://hc.example/h']);
});

test('a strong cron secret is required only when it is needed', () => {
  const secret = (environment: Record<string, string>) => cronSecretOf(loadConfig(environment), environment);
  for (const weak of [{}, { INTERNAL_CRON_SECRET: 'hunter2' }, { INTERNAL_CRON_SECRET: 'hunter2 and fifteen more' }]) {
    expect(() => secret(weak)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(() => secret(weak)).not.toThrow('hunter2');
  }
  expect(secret({ INTERNAL_CRON_SECRET: '0123456789abcdef' })).toBe('0123456789abcdef');
  expect(() => secret({ CRON_SECRET: '0123456789abcdef' })).toThrow(
    'INTERNAL_CRON_SECRET is missing (CRON_SECRET is not read)',
  );
});

test('no run and no check of doctor needs what only connect uses, whose secrets are redacted all the same', () => {
  const logins = DEFINITIONS.flatMap(({ variables }) => namesOf(variables, 'login', 'loginSecret'));
  const asked = DEFINITIONS.flatMap(({ variables }) => namesOf(variables, 'address', 'credential', 'secret'));
  expect(logins).toEqual(expect.arrayContaining(['GOOGLE_ACCOUNTS_URL', 'THREADS_APP_SECRET']));
  expect(loadConfig({ THREADS_APP_SECRET: 'threads-secret' }).platformSecrets).toEqual(['threads-secret']);
  expect(asked.filter((name) => logins.includes(name))).toEqual([]);
});
