import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { addDays, datesBetween, lastEndedDate } from '../../src/collector/day.js';
import { DEFAULTS } from '../../src/collector/options.js';
import type { Summary } from '../../src/report/summary.js';
import { collect } from '../../src/run/collect.js';
import type { Store } from '../../src/store/store.js';
import { hastyClock } from '../support/clock.js';
import { freshPglite } from '../support/database.js';
import { NO_RENEWAL } from '../support/renewal.js';
import {
  dateOf,
  EPOCH,
  HOUR_MS,
  indexOf,
  METRICS,
  modelPlatform,
  type Script,
  SETTLES_AFTER_HOURS,
  type Story,
  TIME_ZONES,
  type Trouble,
  truthOf,
} from './model.js';

/** Accounts share the runs of a history, so that thousands of them take minutes. */
const HISTORIES = 100;
const ACCOUNTS = 20;
const FIRST_RUN_DAY = 12;
/** From the first run to the last but one: within what one run makes up for. */
const LONGEST_HOURS = 26 * 24;
const DAYS = FIRST_RUN_DAY + LONGEST_HOURS / 24 + 2;
/** The last run comes when no doubt is left of any day. */
const REST_DAYS = 30;
const WINDOW_DAYS = 7;

const seed = Number(process.env.PROOF_SEED ?? randomInt(2 ** 31));

interface Run {
  readonly hoursLater: number;
  /** The store's call at which the process is killed, before it or after; null: it lives. */
  readonly killed: { readonly atCall: number; readonly isDone: boolean } | null;
  readonly troubles: readonly Trouble[];
}

interface History {
  readonly scripts: readonly Script[];
  readonly runs: readonly Run[];
}

const hours = (max: number) => fc.integer({ min: 0, max });

const story: fc.Arbitrary<Story> = fc.record({
  first: fc.integer({ min: 1, max: 999 }),
  last: fc.integer({ min: 1, max: 999 }),
  at: hours(SETTLES_AFTER_HOURS - 1),
  correctedAt: hours(SETTLES_AFTER_HOURS),
});

const each = METRICS.length;

const script: fc.Arbitrary<Script> = fc.record({
  asks: fc.constantFrom('range', 'day'),
  stories: fc.array(fc.array(fc.option(story, { freq: 30 }), { minLength: each, maxLength: each }), {
    minLength: DAYS,
    maxLength: DAYS,
  }),
  emptyUntil: fc.array(hours(SETTLES_AFTER_HOURS - 1), { minLength: DAYS, maxLength: DAYS }),
  falseZeros: fc.option(
    fc.record({
      day: fc.integer({ min: FIRST_RUN_DAY, max: DAYS - 1 }),
      after: fc.oneof(fc.constant(0), hours(10 * 24)),
      hours: hours(14 * 24),
    }),
    { freq: 3 },
  ),
});

const run: fc.Arbitrary<Run> = fc.record({
  hoursLater: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 36 }) }, { weight: 1, arbitrary: hours(200) }),
  killed: fc.option(fc.record({ atCall: fc.integer({ min: 0, max: 8 }), isDone: fc.boolean() }), { freq: 3 }),
  troubles: fc.array(
    fc.constantFrom<Trouble>('none', 'none', 'none', 'dead_token', 'no_permission', 'down', 'half', 'disabled'),
    { minLength: ACCOUNTS, maxLength: ACCOUNTS },
  ),
});

const history: fc.Arbitrary<History> = fc.record({
  scripts: fc.array(script, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
  runs: fc.array(run, { minLength: 1, maxLength: 12 }),
});

const database = freshPglite();
afterAll(async () => (await database).close());

/** Kills the process at one of its calls to the store. */
function mortal(store: Store, killed: Run['killed']): Store {
  let calls = 0;
  const isDead = () => killed !== null && calls > killed.atCall;
  const dying: Store = new Proxy(store, {
    get(target, name: keyof Store) {
      if (name === 'patient') return () => dying;
      const method = target[name];
      if (typeof method !== 'function') return method;
      return (...given: unknown[]) => {
        if (isDead()) throw new Error('killed');
        calls++;
        const call = () => Reflect.apply(method, target, given);
        if (!isDead()) return call();
        if (killed?.isDone !== true) throw new Error('killed');
        return Promise.resolve(call()).then(() => {
          throw new Error('killed');
        });
      };
    },
  });
  return dying;
}

async function expectTruth({ scripts, runs }: History): Promise<void> {
  const { store, query } = await database;
  await query(
    `truncate platform_connections, analytics_snapshots, analytics_account_snapshots, collection_runs, collection_accounts
     restart identity cascade`,
  );
  for (const [place, { asks }] of scripts.entries()) {
    await store.saveConnection({
      userId: userOf(place),
      platform: `by_${asks}`,
      accountId: String(place),
      accountName: null,
      accessToken: 'token',
      refreshToken: null,
      tokenExpiresAt: null,
    });
  }
  let troubles: readonly Trouble[] = [];
  const platforms = new Map(
    (['range', 'day'] as const).map((asks) => {
      const platform = modelPlatform(asks, scripts, (place) => troubles[place] ?? 'none');
      return [platform.name, platform];
    }),
  );

  async function runAt(
    now: Date,
    { killed, troubles: given }: Pick<Run, 'killed' | 'troubles'>,
  ): Promise<Summary | null> {
    troubles = given;
    const disabled = scripts.flatMap((_script, place) => (given[place] === 'disabled' ? [userOf(place)] : []));
    await query(
      "update platform_connections set status = case when user_id = any($1) then 'disconnected' else 'active' end",
      [disabled],
    );
    // A lease outlives its owner by two minutes of the database's clock.
    await query("update collection_runs set heartbeat_at = heartbeat_at - interval '1 hour'");
    const collector = {
      store: mortal(store, killed),
      keyring: NO_RENEWAL.keyring,
      platforms,
      clock: hastyClock(() => now),
      secrets: [],
    };
    const options = {
      ...DEFAULTS,
      allowEmpty: true,
      trigger: 'test',
      signal: new AbortController().signal,
    };
    try {
      return await collect(collector, options, () => undefined);
    } catch (error) {
      if (killed !== null) return null;
      throw error;
    }
  }

  let at = EPOCH + FIRST_RUN_DAY * 24 * HOUR_MS;
  const first = new Date(at);
  await runAt(first, UNTROUBLED);
  for (const { hoursLater, ...run } of runs) {
    at = Math.min(at + hoursLater * HOUR_MS, EPOCH + (DAYS - 1) * 24 * HOUR_MS);
    const summary = await runAt(new Date(at), run);
    if (summary !== null) expectCounts(summary);
  }
  const last = new Date(EPOCH + (DAYS + REST_DAYS) * 24 * HOUR_MS);
  let summary: Summary | null = null;
  // One run makes up for a month at most, and says what is left.
  do summary = await runAt(last, UNTROUBLED);
  while (summary !== null && summary.backlog > 0);

  expect(await tableOf(query)).toEqual(expectedTable(scripts, first));
  const again = await runAt(last, UNTROUBLED);
  expect(again?.metrics).toMatchObject({ inserted: 0, updated: 0 });
  expect(await query(`select from analytics_snapshots where metadata ->> 'settled' <> 'true'`)).toEqual([]);
}

const UNTROUBLED = { killed: null, troubles: [] };

function userOf(place: number): string {
  return `user-${String(place).padStart(2, '0')}`;
}

function expectCounts({ days: { planned, ...states }, connections }: Summary): void {
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(planned);
  expect(connections.succeeded + connections.failed + connections.skipped).toBe(connections.total);
}

async function tableOf(query: (text: string) => Promise<Record<string, unknown>[]>): Promise<string[]> {
  const rows = await query(
    'select user_id, date::text, metric, value::float8 as value from analytics_snapshots order by user_id, date, metric',
  );
  return rows.map(({ user_id, date, metric, value }) => `${user_id} ${date} ${metric} ${value}`);
}

/** What is true of every day since the first that was collected. */
function expectedTable(scripts: readonly Script[], first: Date): string[] {
  return scripts
    .flatMap((script, place) => {
      const since = addDays(lastEndedDate(first, TIME_ZONES[script.asks]), 1 - WINDOW_DAYS);
      return datesBetween(since, dateOf(DAYS - 1)).flatMap((date) =>
        Object.entries(truthOf(script, indexOf(date))).map(
          ([metric, value]) => `${userOf(place)} ${date} ${metric} ${value}`,
        ),
      );
    })
    .sort();
}

it('the last run leaves the true values in the table whatever happened before', { timeout: 1_200_000 }, async () => {
  process.stdout.write(
    `${HISTORIES} histories of ${ACCOUNTS} accounts; to replay them: PROOF_SEED=${seed} npx vitest run --project proof test/proof/truth.test.ts\n`,
  );
  // A history of twenty accounts takes hours to shrink, and its accounts tell apart what went wrong.
  await fc.assert(fc.asyncProperty(history, expectTruth), { seed, numRuns: HISTORIES, endOnFailure: true });
});
