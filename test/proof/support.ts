import { expect } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { type CollectOptions, DEFAULTS } from '../../src/collector/options.js';
import { loadConfig, secretsOf } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { collect } from '../../src/run/collect.js';
import type { Collector } from '../../src/run/collector.js';
import type { SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { schemaScript } from '../../src/store/schema.js';
import type { Store } from '../../src/store/store.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { connect, connectionRow, type Database, type DatabaseKind, emptyDatabase } from '../e2e/support/databases.js';
import { daysAgo, storedRows, trueRows } from '../e2e/support/truth.js';
import type { Sql } from '../support/database.js';
import { type FaultyProxy, type NetworkFault, startProxy } from '../support/proxy.js';

export const PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'] as const;
type Proxied = (typeof PLATFORMS)[number];
/** Settled on every platform. */
export const DATE = daysAgo(10);
/** A real PostgreSQL where there is one. */
export const KIND: DatabaseKind = process.env.TEST_DATABASE_URL ? 'PostgreSQL' : 'embedded';

/** The variables of each platform's addresses: no two platforms of these accounts share one. */
const ADDRESSES = {
  instagram: ['INSTAGRAM_GRAPH_URL'],
  facebook: ['META_GRAPH_URL'],
  youtube: ['YOUTUBE_ANALYTICS_URL', 'YOUTUBE_DATA_URL', 'GOOGLE_OAUTH_URL'],
  linkedin: ['LINKEDIN_API_URL', 'LINKEDIN_OAUTH_URL'],
} as const satisfies Record<Proxied, readonly (keyof Sandbox['urls'])[]>;

/**
 * Two accounts a platform: Instagram's of the Instagram login, whose host is its own; of the others, one whose token has
 * to be exchanged or renewed first.
 */
export const ACCOUNTS: readonly SandboxAccount[] = [
  ...of('instagram', [5, 10]),
  ...of('facebook', [1, 6]),
  ...of('youtube', [1, 2]),
  ...of('linkedin', [1, 2]),
].map((account) =>
  account.refreshToken !== undefined && account.userId.endsWith('2')
    ? { ...account, fault: { kind: 'expired_token' } }
    : account,
);

function of(platform: SandboxPlatform, users: readonly number[]): SandboxAccount[] {
  const all = population({ users: 10, platforms: [platform] });
  return users.flatMap((user) => all.slice(user - 1, user));
}

export const TOKENS = ACCOUNTS.flatMap(({ accessToken, refreshToken, pageToken }) =>
  [accessToken, refreshToken, pageToken].filter((token) => token !== undefined),
);
export const CLIENT_SECRETS = [SANDBOX_CREDENTIALS.GOOGLE_CLIENT_SECRET, SANDBOX_CREDENTIALS.LINKEDIN_CLIENT_SECRET];

export function truthOf(platforms: readonly SandboxPlatform[]): string[] {
  return trueRows(
    ACCOUNTS.filter(({ platform }) => platforms.includes(platform)),
    [DATE],
  );
}

/** The sandbox behind a proxy a platform. */
export async function proxiedSandbox(options: { latencyMs?: number; accounts?: readonly SandboxAccount[] } = {}) {
  const sandbox = await startSandbox({ accounts: ACCOUNTS, ...options });
  const port = Number(new URL(sandbox.urls.META_GRAPH_URL).port);
  const [instagram, facebook, youtube, linkedin] = await Promise.all([
    startProxy(port),
    startProxy(port),
    startProxy(port),
    startProxy(port),
  ]);
  const proxies: Readonly<Record<Proxied, FaultyProxy>> = { instagram, facebook, youtube, linkedin };
  const env: Record<string, string> = { ...SANDBOX_CREDENTIALS };
  for (const platform of PLATFORMS) {
    for (const variable of ADDRESSES[platform]) {
      env[variable] = sandbox.urls[variable].replace(`:${port}/`, `:${proxies[platform].port}/`);
    }
  }
  return {
    sandbox,
    proxies,
    env,
    begin: (platforms: readonly Proxied[], fault: NetworkFault, connections?: number) =>
      Promise.all(platforms.map((platform) => proxies[platform].begin(fault, connections))),
    end: () => Promise.all(PLATFORMS.map((platform) => proxies[platform].end())),
    async close() {
      await Promise.all(PLATFORMS.map((platform) => proxies[platform].close()));
      await sandbox.close();
    },
  };
}

/** A database of its own with the accounts connected. */
export async function connectedDatabase(accounts: readonly SandboxAccount[] = ACCOUNTS): Promise<Database> {
  const database = await emptyDatabase(KIND);
  if (KIND === 'PostgreSQL') await database.query(await schemaScript());
  await connect(database, accounts.map(connectionRow));
  return database;
}

/** How each account's days ended; one that failed as a whole says so itself. */
export const ENDED = `(
  select accounts.user_id, accounts.platform, 
    coalesce(outcomes.outcome, case accounts.reason when 'missing_permission' then 'skipped' else 'failed' end) as outcome,
    coalesce(outcomes.reason, accounts.reason) as reason, coalesce(outcomes.message, accounts.message) as message
  from collection_accounts accounts
  left join collection_outcomes outcomes on outcomes.account = accounts.id
) ended`;

/** What the ledger says of each platform: `settled`, or `failed` and the reason, each once however many say so. */
export async function outcomes({ query }: Sql): Promise<Record<string, string>> {
  const rows = await query(
    `select platform, string_agg(distinct concat_ws(' ', outcome, reason), ', ') as ended from ${ENDED} group by platform`,
  );
  return Object.fromEntries(rows.map(({ platform, ended }) => [String(platform), String(ended)]));
}

export async function messages({ query }: Sql, platform: SandboxPlatform): Promise<string> {
  const rows = await query(`select message from ${ENDED} where platform = $1`, [platform]);
  return rows.map(({ message }) => String(message)).join('\n');
}

/** One row a key, and what the sandbox says, no more and no less. */
export async function expectWholeTable(database: Sql): Promise<void> {
  expect(await storedRows(database)).toEqual(truthOf(PLATFORMS));
  expect(new Set(Object.values(await outcomes(database)))).toEqual(new Set(['settled']));
}

/** All that a run leaves in the database beside the connections. */
export async function everythingStored({ query }: Sql): Promise<string[]> {
  const rows = await query(
    `select to_jsonb(runs)::text as text from collection_runs runs
     union all select to_jsonb(outcomes)::text from collection_outcomes outcomes
     union all select to_jsonb(accounts)::text from collection_accounts accounts
     union all select to_jsonb(snapshots)::text from analytics_snapshots snapshots`,
  );
  return rows.map(({ text }) => String(text));
}

type Here = Partial<CollectOptions> & Partial<Pick<Collector, 'clock' | 'answerTimeoutMs'>>;

/** A run in this process, whose waits a test may shorten. */
export function collectHere(
  store: Store,
  env: Readonly<Record<string, string>>,
  { clock = systemClock, answerTimeoutMs, ...options }: Here = {},
) {
  const config = loadConfig(env);
  return collect(
    {
      store,
      platforms: createPlatforms(config),
      clock,
      secrets: secretsOf(config),
      keyring: createKeyring(config.encryptionKey ?? '', { allowPlaintext: false }),
      ...(answerTimeoutMs !== undefined && { answerTimeoutMs }),
    },
    {
      ...DEFAULTS,
      window: { kind: 'dates', since: DATE, until: DATE },
      concurrency: 8,
      trigger: 'test',
      signal: new AbortController().signal,
      ...options,
    },
    () => undefined,
  );
}
