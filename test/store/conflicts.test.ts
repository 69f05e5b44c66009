import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/drivers/postgres.js';
import { freshPostgres } from '../support/database.js';
import { beginRun, connected, OTHER_USER, record, snapshot } from './rows.js';

const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step();
});

describe.skipIf(!process.env.TEST_DATABASE_URL)('calls that wait for each other', () => {
  async function opened() {
    const sql = await freshPostgres();
    const store = await openPostgresStore(sql.url);
    const other = new pg.Client({ connectionString: sql.url });
    await other.connect();
    cleanUp.push(sql.close, store.close, () => other.end());
    await store.applySchema();
    const isWaiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    async function untilOneWaits(): Promise<void> {
      while ((await sql.query(isWaiting)).length === 0);
    }
    return { store, other, untilOneWaits };
  }

  test('a call that PostgreSQL has ended because of a deadlock is made again, without a word', async () => {
    const { store, other, untilOneWaits } = await opened();
    const [one, two] = [await connected(store), await connected(store, { userId: OTHER_USER })];
    const runId = await beginRun(store);
    const lock = (id: number) => other.query('select from collection_accounts where id = $1 for update', [id]);

    // The other session looks for deadlocks later, so that it is never the one to give way.
    await other.query("set deadlock_timeout = '1min'; begin");
    await lock(two.id);
    const pauses: number[] = [];
    const told: string[] = [];
    const patience = {
      clock: { monotonic: () => 0, sleep: async (ms: number) => void pauses.push(ms) },
      signal: new AbortController().signal,
      onWait: ({ message }: Error) => void told.push(message),
    };
    const recorded = record(store.patient(patience), runId, { snapshots: [snapshot(one), snapshot(two)] });
    await untilOneWaits();
    await lock(one.id);
    await other.query('commit');

    expect(await recorded).toMatchObject({ inserted: 2 });
    expect(pauses).toEqual([250]);
    expect(told).toEqual([]);
  });

  test('a lease is renewed while the run records, but the run ends only afterwards', async () => {
    const { store, other, untilOneWaits } = await opened();
    const runId = await beginRun(store);
    await other.query('begin');
    await other.query(`select record_collection($1, now(), '[]', '[]', '[]', false, false)`, [runId]);
    expect(await store.renewRun(runId)).toBe(true);
    const ended = store.finishRun(runId, 'completed', null);
    await untilOneWaits();
    await other.query('commit');
    await ended;
    expect(await store.renewRun(runId)).toBe(false);
  });
});
