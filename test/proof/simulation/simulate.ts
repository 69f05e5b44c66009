import { expect } from 'vitest';
import { type Clock, HOUR_MS, MINUTE_MS } from '../../../src/clock.js';
import { addDays, datesBetween, lastEndedDate } from '../../../src/collector/day.js';
import { DEFAULTS } from '../../../src/collector/options.js';
import { loadConfig } from '../../../src/config.js';
import { CollectError } from '../../../src/errors.js';
import { createPlatforms } from '../../../src/platforms/registry.js';
import type { Summary } from '../../../src/report/summary.js';
import { collect } from '../../../src/run/collect.js';
import { connectionOf, type Fault, type SandboxAccount } from '../../../src/sandbox/account.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.js';
import { trueReach, trueValue } from '../../../src/sandbox/values.js';
import { functionCall } from '../../../src/store/function-call.js';
import { ALL } from '../../../src/store/selection.js';
import { type Call, sqlStore } from '../../../src/store/sql-store.js';
import type { Store } from '../../../src/store/store.js';
import { generateKey } from '../../../src/tokens/fernet.js';
import { createKeyring } from '../../../src/tokens/keyring.js';
import { EXPECTED } from '../../conformance/accounts.js';
import type { Sql } from '../../support/database.js';
import { expectCountsAddUp } from '../../support/summary.js';
import { type Run, type Scenario, SETTLES_AFTER_HOURS, type StoreFault, type Trouble } from './scenario.js';

const WINDOW_DAYS = 7;
const ANSWER_TIMEOUT_MS = 400;
const TIME_ZONES = {
  instagram: 'America/Los_Angeles',
  facebook: 'America/Los_Angeles',
  youtube: 'America/Los_Angeles',
  linkedin: 'UTC',
  pinterest: 'UTC',
  threads: 'America/Los_Angeles',
  tiktok: 'UTC',
  bluesky: 'UTC',
  mastodon: 'UTC',
};

/** How often each kind of fault was met. */
export type Met = Map<string, number>;

/** A fault that is never met. */
const NO_FAULT: Fault = { kind: 'stall', times: 0 };

class Killed extends Error {}

/** Runs a scenario to its end, and expects the table that the truth gives. */
export async function simulate(scenario: Scenario, database: Sql, met: Met): Promise<void> {
  await database.query(
    `truncate platform_connections, analytics_snapshots, analytics_account_snapshots, collection_runs, collection_accounts
     restart identity cascade`,
  );
  const world = await createWorld(scenario, database, met);
  try {
    let rows = 0;
    for (const [index, run] of scenario.runs.entries()) {
      rows = await world.run(run, rows);
      // A server's autovacuum does the same; without it, this engine writes at half the speed.
      if (index % 8 === 0) await database.query('analyze');
    }
    const last = scenario.runs.at(-1);
    if (last === undefined) throw new Error('no runs');
    for (let backlog = 1; backlog > 0; ) {
      const summary = await world.collect({ ...last, joining: [] });
      backlog = summary?.backlog ?? 0;
    }
    await expectTruth(scenario, database, new Date(last.at));
    expect(world.sandbox.counters).toMatchObject({ unexpected: 0, tokensInUrl: 0 });
  } finally {
    await world.close();
  }
}

async function createWorld(scenario: Scenario, { query }: Sql, met: Met) {
  const { accounts, retired, runs } = scenario;
  let now = runs[0]?.at ?? 0;
  let requests = 0;
  let current: Run | null = null;
  let fault: StoreFault | null = null;
  let calls = 0;
  let stop = new AbortController();
  const note = (kind: string) => met.set(kind, (met.get(kind) ?? 0) + 1);

  const firedBefore: number[] = [];
  const faulty = accounts.map(
    (account, place): SandboxAccount => ({
      ...account,
      // The sandbox counts an account's faults from the start.
      get fault() {
        const trouble = current?.troubles[place] ?? null;
        if (trouble === null || !isOfTheSandbox(trouble)) return NO_FAULT;
        return trouble.times === undefined ? trouble : { ...trouble, times: (firedBefore[place] ?? 0) + trouble.times };
      },
      get silences() {
        return current?.troubles[place]?.kind === 'silent' ? ([[0, Number.POSITIVE_INFINITY]] as const) : [];
      },
    }),
  );
  const sandbox: Sandbox = await startSandbox({
    accounts: faulty,
    now: () => new Date(now),
    refusedMetrics: retired,
    // Read for every answer.
    get clockAheadMs() {
      if (sandbox.counters.requests - requests === current?.stoppedAt) stop.abort();
      return -(current?.clockAheadMs ?? 0);
    },
  });
  const key = generateKey();
  const config = loadConfig({ ...sandbox.environment, ENCRYPTION_KEY: key });
  const keyring = createKeyring(key, { allowPlaintext: false });
  /** Its sleepers do not wait, but time passes. */
  const clock: Clock = {
    now: () => new Date(now + (current?.clockAheadMs ?? 0)),
    monotonic: () => now,
    sleep: async (ms) => {
      await new Promise((resolve) => setImmediate(resolve));
      now += ms;
    },
  };

  const execute: Call = async (name, args) => {
    const { text, values } = functionCall(name, args);
    return (await query(text, values))[0]?.result;
  };
  const store: Store = sqlStore({
    description: 'the database of the simulation',
    schemaFix: '',
    applySchema: () => Promise.reject(new Error('not in a simulation')),
    close: async () => undefined,
    async call(name, args) {
      const error = errorAt(fault, calls++);
      if (error === null) return execute(name, args);
      note(`store: ${fault?.kind}`);
      if (fault?.isDone && calls - 1 === fault.atCall) await execute(name, args);
      throw error;
    },
  });

  async function connect(place: number, isReadable = true): Promise<void> {
    const account = accounts[place];
    if (account === undefined) throw new Error(`no account ${place}`);
    const { accessToken, refreshToken, ...connection } = connectionOf(account);
    const seal = (token: string) => (isReadable ? keyring.encrypt(token) : 'gAAAAABunreadable');
    await store.saveConnection({
      ...connection,
      accessToken: seal(accessToken),
      refreshToken: refreshToken === null ? null : seal(refreshToken),
    });
  }

  /** What the users do between two runs: they connect, disconnect and reconnect. */
  async function prepare({ joining, troubles }: Run, before: Run | null): Promise<void> {
    for (const place of joining) await connect(place);
    for (const [place, trouble] of troubles.entries()) {
      const [kind, kindBefore] = [trouble?.kind, before?.troubles[place]?.kind];
      const account = accounts[place];
      if (kind === kindBefore || account === undefined || !joined.has(place)) continue;
      if (kind === 'undecryptable') await connect(place, false);
      if (kindBefore === 'undecryptable' || kindBefore === 'dead_token') await connect(place);
      if (kind !== 'disabled' && kindBefore !== 'disabled') continue;
      const { userId, platform, accountId } = connectionOf(account);
      await query(
        'update platform_connections set status = $1 where user_id = $2 and platform = $3 and account_id = $4',
        [kind === 'disabled' ? 'disconnected' : 'active', userId, platform, accountId],
      );
    }
    for (const place of joining) joined.add(place);
    // A lease outlives its owner by two minutes of the database's clock.
    await query("update collection_runs set heartbeat_at = heartbeat_at - interval '1 hour'");
  }

  const joined = new Set<number>();

  async function collectAt(run: Run): Promise<Summary | null> {
    now = Math.max(now, run.at);
    fault = null;
    await prepare(run, current);
    for (const [place, trouble] of run.troubles.entries()) {
      if (trouble !== null && isOfTheSandbox(trouble))
        firedBefore[place] = sandbox.fired(accounts[place]?.accountId ?? '', trouble.kind);
    }
    [current, fault, calls] = [run, run.storeFault, 0];
    requests = sandbox.counters.requests;
    stop = new AbortController();
    try {
      return await collect(
        {
          store,
          keyring,
          platforms: createPlatforms(config),
          clock,
          secrets: [],
          answerTimeoutMs: ANSWER_TIMEOUT_MS,
        },
        {
          ...DEFAULTS,
          ...scopeOf(run),
          concurrency: scenario.concurrency,
          allowEmpty: true,
          trigger: 'simulation',
          signal: stop.signal,
        },
        () => undefined,
      );
    } catch (error) {
      if (isExpected(error, run)) return null;
      throw error;
    } finally {
      fault = null;
      for (const [place, trouble] of run.troubles.entries()) {
        if (trouble === null) continue;
        const fired = isOfTheSandbox(trouble)
          ? sandbox.fired(accounts[place]?.accountId ?? '', trouble.kind) - (firedBefore[place] ?? 0)
          : 1;
        if (fired > 0) note(trouble.kind);
      }
    }
  }

  return {
    sandbox,
    collect: collectAt,
    close: () => sandbox.close(),
    /** Returns how many rows there are after it. */
    async run(run: Run, rowsBefore: number): Promise<number> {
      const summary = await collectAt(run);
      const rows = await countRows(query);
      expect(rows).toBeGreaterThanOrEqual(rowsBefore);
      if (Math.abs(run.clockAheadMs) > 10 * MINUTE_MS && run.storeFault === null) {
        if (summary === null) note('clock_skew');
        expect(rows).toBe(rowsBefore);
      }
      if (summary === null) return rows;
      expectCountsAddUp(summary);
      if (run.storeFault === null) expect(summary.metrics.inserted).toBe(rows - rowsBefore);
      if (summary.status === 'interrupted') note('interrupted');
      return rows;
    },
  };
}

function isOfTheSandbox(trouble: Trouble): trouble is Fault {
  return !['disabled', 'undecryptable', 'silent'].includes(trouble.kind);
}

function scopeOf({ scope }: Run) {
  if (scope === 'all') return { selection: ALL };
  return 'shard' in scope
    ? { selection: { kind: 'shard', index: scope.shard, count: 2 } as const }
    : { platforms: scope };
}

function errorAt(fault: StoreFault | null, call: number): Error | null {
  if (fault === null || call < fault.atCall) return null;
  if (fault.kind === 'killed') return new Killed('killed');
  if (fault.kind === 'away') return new CollectError('store_unreachable', 'away', '');
  if (call > fault.atCall) return null;
  return fault.kind === 'unreachable'
    ? new CollectError('store_unreachable', 'the connection was lost', '')
    : new CollectError('store_failed', 'the database refused', '');
}

function isExpected(error: unknown, { storeFault, clockAheadMs }: Run): boolean {
  // A run is not kept out by its own lease, whose answer was lost.
  if (storeFault !== null)
    return error instanceof Killed || (error instanceof CollectError && error.code !== 'lease_held');
  return error instanceof CollectError && error.code === 'clock_skew' && Math.abs(clockAheadMs) > 10 * MINUTE_MS;
}

async function countRows(query: Sql['query']): Promise<number> {
  const [row] = await query(
    'select ((select count(*) from analytics_snapshots) + (select count(*) from analytics_account_snapshots))::int as rows',
  );
  return Number(row?.rows);
}

/** Every account's days since the first that it was collected for, up to the last that has settled, are as its platform says in the end. */
async function expectTruth(scenario: Scenario, { query }: Sql, end: Date): Promise<void> {
  const stored = await query(
    `select user_id, platform, account_id, metric, date::text, value::float8 as value, metadata ->> 'settled' as settled
     from analytics_by_account`,
  );
  const found = new Map<string, string[]>();
  for (const { user_id, platform, account_id, metric, date, value, settled } of stored) {
    const key = `${user_id} ${platform} ${account_id}`;
    const rows = found.get(key) ?? [];
    found.set(key, rows);
    rows.push(`${date} ${metric} ${value} ${settled}`);
  }
  for (const [place, account] of scenario.accounts.entries()) {
    const { userId, platform, accountId } = connectionOf(account);
    const key = `${userId} ${platform} ${accountId}`;
    const joined = scenario.runs.find(({ joining }) => joining.includes(place));
    if (joined === undefined) throw new Error(`account ${place} never joined`);
    const since = addDays(
      lastEndedDate(new Date(joined.at + joined.clockAheadMs), TIME_ZONES[account.platform]),
      1 - WINDOW_DAYS,
    );
    const until = lastEndedDate(
      new Date(end.getTime() - SETTLES_AFTER_HOURS[account.platform] * HOUR_MS),
      TIME_ZONES[account.platform],
    );
    const daily = new Set(Object.keys(EXPECTED[account.platform].daily));
    const rows = found.get(key) ?? [];
    const ofDays = rows.filter((row) => daily.has(row.split(' ')[1] ?? '') && row.slice(0, 10) <= until).sort();
    const truth = datesBetween(since, until)
      .flatMap((date) => trueRows(scenario, place, date))
      .sort();
    expect(differences(ofDays, truth), `${key}, account ${place}`).toEqual([]);
    const others = rows.filter((row) => !daily.has(row.split(' ')[1] ?? ''));
    expect(
      others.filter((row) => !isTrueFigure(account, row)),
      `${key}, account ${place}`,
    ).toEqual([]);
  }
}

function differences(found: readonly string[], truth: readonly string[]): string[] {
  const [known, true_] = [new Set(found), new Set(truth)];
  return [
    ...found.filter((row) => !true_.has(row)).map((row) => `found ${row}`),
    ...truth.filter((row) => !known.has(row)).map((row) => `expected ${row}`),
  ].sort((a, b) => a.slice(9).localeCompare(b.slice(9)));
}

function trueRows({ accounts, empty, retired }: Scenario, place: number, date: string): string[] {
  const account = accounts[place];
  if (account === undefined || empty[place]?.has(date)) return [];
  const { daily, refused } = EXPECTED[account.platform];
  return Object.entries(daily).flatMap(([metric, apiName]) => {
    const value = trueValue(account.accountId, apiName, date);
    if (value === undefined || (retired.length > 0 && refused.lost.includes(metric))) return [];
    return isWithheld(account, metric, date) ? [] : [`${date} ${metric} ${value} true`];
  });
}

/** Instagram keeps followers won and lost to itself below 100 followers, and on a day with neither. */
function isWithheld({ platform, followers, accountId }: SandboxAccount, metric: string, date: string): boolean {
  if (platform !== 'instagram' || !/^(un)?follows$/.test(metric)) return false;
  return followers < 100 || ['follows', 'unfollows'].every((side) => trueValue(accountId, side, date) === 0);
}

/** Figures of several days, and totals as of a day. */
function isTrueFigure({ platform, accountId, followers }: SandboxAccount, row: string): boolean {
  const [date = '', metric = '', value] = row.split(' ');
  const { closing, rolling } = EXPECTED[platform];
  const reach = rolling[metric];
  if (reach !== undefined) return Number(value) === trueReach(accountId, reach.of, date, reach.days);
  if (metric === 'followers_count' || metric === 'firstDegreeSize') return Number(value) === followers;
  if (metric === 'subscriberCount') return Number(value) <= followers && Number(value) > 0.98 * followers;
  return Number(value) === closing[metric];
}
