import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureReason } from '../../src/errors.js';
import type { Fault, SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { generateKey } from '../../src/tokens/fernet.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { expectCountsAddUp } from '../support/summary.js';
import { collectJson, expectNoSecrets } from './support/cli.js';
import {
  type ConnectionRow,
  connect,
  connectionRow,
  type Database,
  readyDatabase,
  SERVERS,
} from './support/databases.js';
import { daysAgo, storedRows, trueRows } from './support/truth.js';

const DATE = daysAgo(10);
const PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'] as const;
const tokensOf = (accounts: readonly SandboxAccount[]) =>
  accounts.flatMap(({ accessToken, refreshToken, pageToken }) =>
    [accessToken, refreshToken, pageToken].filter((token) => token !== undefined),
  );

/** How a connection is broken: at the platform, or as it is stored. */
interface Mishap {
  readonly fault?: Fault;
  readonly stored?: (row: ConnectionRow, account: SandboxAccount) => ConnectionRow;
  readonly reason: FailureReason | null;
}

const broken = (fault: Fault, reason: FailureReason): Mishap => ({ fault, reason });
const otherKey = createKeyring(generateKey(), { allowPlaintext: false });
const firstUser = population({ users: 1 })[0]?.userId ?? '';

/** In the order of the population: four accounts a user. */
const MISHAPS: readonly Mishap[] = [
  broken({ kind: 'dead_token' }, 'needs_reconnect'),
  broken({ kind: 'dead_token', subcode: 460 }, 'needs_reconnect'),
  broken({ kind: 'dead_token' }, 'needs_reconnect'),
  broken({ kind: 'dead_token' }, 'needs_reconnect'),
  broken({ kind: 'missing_permission' }, 'missing_permission'),
  broken({ kind: 'missing_permission' }, 'missing_permission'),
  broken({ kind: 'missing_permission' }, 'missing_permission'),
  broken({ kind: 'missing_permission' }, 'missing_permission'),
  broken({ kind: 'api_down' }, 'platform_error'),
  broken({ kind: 'throttled' }, 'throttled'),
  broken({ kind: 'html' }, 'unexpected_response'),
  broken({ kind: 'truncated_json' }, 'unexpected_response'),
  broken({ kind: 'error_in_200' }, 'platform_error'),
  broken({ kind: 'server_error' }, 'platform_error'),
  broken({ kind: 'wrong_types' }, 'unexpected_response'),
  broken({ kind: 'reset' }, 'platform_error'),
  {
    stored: (row, { accessToken }) => ({ ...row, access_token: otherKey.encrypt(accessToken) }),
    reason: 'undecryptable_token',
  },
  { stored: (row, { accessToken }) => ({ ...row, access_token: accessToken }), reason: 'undecryptable_token' },
  // A service that is not collected, and a second account of a user.
  { stored: (row) => ({ ...row, platform: 'twitch' }), reason: null },
  { stored: (row) => ({ ...row, user_id: firstUser }), reason: null },
];

describe.each(SERVERS)('sixty connections, eighteen of them broken in different ways, on %s', (kind) => {
  const accounts = population({ users: 15, platforms: PLATFORMS }).map((account, index) => {
    const fault = MISHAPS[index - 40]?.fault;
    return fault ? { ...account, fault } : account;
  });
  const rows = accounts.map((account, index) => {
    const row = connectionRow(account);
    return MISHAPS[index - 40]?.stored?.(row, account) ?? row;
  });
  let database: Database;
  let sandbox: Sandbox;
  beforeAll(async () => {
    [database, sandbox] = await Promise.all([readyDatabase(kind), startSandbox({ accounts, record: true })]);
    await connect(database, rows);
  });
  afterAll(() => Promise.all([database.close(), sandbox.close()]));

  it('are all accounted for, and the others complete', async () => {
    const env = { ...database.env, ...sandbox.environment };
    const summary = await collectJson(['--date', DATE], { env, code: 3 });

    expect(await storedRows(database)).toEqual(trueRows(accounts.slice(0, 40), [DATE]));
    expectCountsAddUp(summary);
    expect(summary).toMatchObject({
      status: 'partial',
      dates: { since: DATE, until: DATE },
      users: { total: 15, succeeded: 11, failed: 4 },
      connections: { total: 59, succeeded: 41, failed: 14, skipped: 4 },
      days: { planned: 59, settled: 41, failed: 14, skipped: 4 },
    });
    expect(Object.keys(summary.platforms).sort()).toEqual([...PLATFORMS].sort());
    expect(summary.warnings.toSorted()).toEqual(
      [...PLATFORMS].sort().map((name) => expect.stringContaining(`${name}: an account may not be read`)),
    );
  });

  it('have each failure under its reason', async () => {
    const outcomes = await database.query(
      `select connections.account_id, accounts.reason, accounts.failing_runs, outcomes.outcome, outcomes.date::text
       from platform_connections connections
       left join collection_accounts accounts on accounts.connection_id = connections.id::text
       left join collection_outcomes outcomes on outcomes.account = accounts.id and outcomes.outcome <> 'failed'
       order by connections.created_at`,
    );
    const expected = rows.map(({ account_id }, index) => {
      const mishap = MISHAPS[index - 40];
      if (rows[index]?.platform === 'twitch') {
        return { account_id, reason: null, failing_runs: null, outcome: null, date: null };
      }
      const reason = mishap?.reason ?? null;
      const day = reason === null ? { outcome: 'settled', date: DATE } : { outcome: null, date: null };
      return { account_id, reason, failing_runs: reason === null ? 0 : 1, ...day };
    });
    expect(outcomes).toEqual(expected);
    for (const { fault, accountId } of accounts) {
      if (fault)
        expect([accountId, sandbox.fired(accountId, fault.kind)]).toEqual([accountId, expect.toSatisfy((n) => n > 0)]);
    }
  });

  it('never send a token that cannot be decrypted', () => {
    const unreadable = [...accounts.slice(56, 58).map(({ accessToken }) => accessToken), rows[56]?.access_token ?? ''];
    const sent = sandbox.requests.map(({ headers, body }) => JSON.stringify([headers, body])).join('\n');
    expect(unreadable.filter((token) => sent.includes(token))).toEqual([]);
    expect(sent).toContain(accounts[0]?.accessToken);
  });

  it('leak no secret into an address, a message or a row', async () => {
    const secrets = [...tokensOf(accounts), ...database.secrets];
    const addresses = sandbox.requests.map(({ path, query }) => `${path}?${query}`);
    const stored = await database.query(
      `select to_jsonb(runs)::text as text from collection_runs runs
       union all select to_jsonb(outcomes)::text from collection_outcomes outcomes
       union all select to_jsonb(accounts)::text from collection_accounts accounts
       union all select to_jsonb(snapshots)::text from analytics_snapshots snapshots`,
    );
    expectNoSecrets(secrets, [...addresses, ...stored.map(({ text }) => String(text))]);
    expect(sandbox.counters).toMatchObject({ unexpected: 0, tokensInUrl: 0, pagingFollowed: 0 });
  });
});
