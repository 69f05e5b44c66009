import { afterAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { collectJson, parseSummary, runCli, startCli, until } from './support/cli.js';
import {
  connect,
  connectionRow,
  type Database,
  type DatabaseKind,
  readyDatabase,
  SERVERS,
} from './support/databases.js';
import { daysAgo, storedRows, trueRows } from './support/truth.js';

const accounts = population({ users: 60, platforms: ['facebook'] });
const [SINCE, UNTIL] = [daysAgo(16), daysAgo(10)];
const WHOLE_TABLE = trueRows(
  accounts,
  [16, 15, 14, 13, 12, 11, 10].map((days) => daysAgo(days)),
);
const COLLECT = ['--since', SINCE, '--until', UNTIL];
/** So slowly that a run goes on for some 6 seconds. */
const SLOWLY = [...COLLECT, '--concurrency', '2'];
const LATENCY_MS = 150;
/** Of 80: some rows are written by then, and some are not. */
const HALFWAY = 30;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

async function connected(kind: DatabaseKind) {
  const [database, sandbox] = await Promise.all([
    readyDatabase(kind),
    startSandbox({ accounts, latencyMs: LATENCY_MS }),
  ]);
  cleanups.push(database.close, sandbox.close);
  await connect(database, accounts.map(connectionRow));
  return { database, sandbox, env: { ...database.env, ...sandbox.urls } };
}

function halfway({ counters }: Sandbox): Promise<void> {
  return until(() => counters.requests >= HALFWAY);
}

async function runs({ query }: Database) {
  return query(
    'select id::text, status, summary, finished_at is not null as finished from collection_runs order by started_at',
  );
}

function expectPart(rows: readonly string[]): void {
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.length).toBeLessThan(WHOLE_TABLE.length);
}

describe.concurrent('a run killed with SIGKILL in the middle', () => {
  it.each(SERVERS)('holds its lease for two minutes on %s, and the next run makes the table whole', async (kind) => {
    const { database, sandbox, env } = await connected(kind);
    const killed = startCli(['collect', ...SLOWLY], { env });
    await halfway(sandbox);
    killed.kill('SIGKILL');
    await killed.ended;
    const [lost] = await runs(database);
    expect(lost).toMatchObject({ status: 'running', finished: false });
    expectPart(await storedRows(database));

    const refused = await runCli(['collect', ...COLLECT], { env });
    expect(refused).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(String(lost?.id)) });

    await database.query("update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");
    await collectJson(COLLECT, { env, code: 0 });
    expect(await storedRows(database)).toEqual(WHOLE_TABLE);
    expect(await runs(database)).toMatchObject([{ status: 'abandoned' }, { status: 'completed' }]);
  });

  it('leaves an embedded database that the next run takes over at once', async () => {
    const { database, sandbox, env } = await connected('embedded');
    const killed = startCli(['collect', ...SLOWLY], { env });
    await halfway(sandbox);
    killed.kill('SIGKILL');
    await killed.ended;
    expectPart(await storedRows(database));

    await collectJson(COLLECT, { env, code: 0 });
    expect(await storedRows(database)).toEqual(WHOLE_TABLE);
    expect(await runs(database)).toMatchObject([{ status: 'abandoned' }, { status: 'completed' }]);
  });
});

describe.concurrent('a run told to stop', () => {
  it.each([
    ['SIGINT', 130, 'Supabase', 'lease_held'],
    ['SIGTERM', 143, 'embedded', 'store_locked'],
  ] as const)(
    'by %s exits %d with what it fetched written (%s); meanwhile it keeps others out',
    async (signal, code, kind, refusal) => {
      const { database, sandbox, env } = await connected(kind);
      const first = startCli(['collect', '--json', ...SLOWLY], { env });
      await until(() => sandbox.counters.requests > 0);
      const second = runCli(['collect', ...COLLECT], { env });
      await halfway(sandbox);
      expect(await second).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(refusal) });
      first.kill(signal);
      const stopped = await first.ended;

      expect(stopped, stopped.stderr).toMatchObject({ code });
      const summary = parseSummary(stopped);
      const rows = await storedRows(database);
      expectPart(rows);
      expect(summary).toMatchObject({ status: 'interrupted', metrics: { inserted: rows.length } });
      expect(await runs(database)).toMatchObject([
        { id: summary.run_id, status: 'interrupted', finished: true, summary: { status: 'interrupted' } },
      ]);

      const rest = await collectJson(COLLECT, { env, code: 0 });
      expect(rest.metrics.inserted).toBe(WHOLE_TABLE.length - rows.length);
      expect(await storedRows(database)).toEqual(WHOLE_TABLE);
    },
  );
});
