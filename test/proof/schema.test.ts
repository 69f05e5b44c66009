import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../e2e/support/cli.js';
import { type Database, emptyDatabase } from '../e2e/support/databases.js';
import { LEGACY_TABLES } from '../legacy/legacy.js';

const USERS = 500;
const DUPLICATES = 200_000;
/** Nobody who uses the table meanwhile waits longer than this for one statement. */
const LONGEST_WAIT_MS = 5_000;
const REPORT_SECONDS = 8;
const USER = '30000000-0000-4000-8000-000000000001';
const KEY = 'user_id, platform, source, metric, date, post_id';

describe.skipIf(!process.env.TEST_DATABASE_URL)('schema --apply on a table in use (needs TEST_DATABASE_URL)', () => {
  let database: Database;
  let url: string;
  const clients: pg.Client[] = [];

  beforeEach(async () => {
    database = await emptyDatabase('PostgreSQL');
    url = database.env.DATABASE_URL ?? '';
    await database.query(LEGACY_TABLES);
    await database.query(
      `insert into auth.users select ('30000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid from generate_series(1, ${USERS}) n`,
    );
  });
  const disconnect = () => Promise.all(clients.splice(0).map((client) => client.end()));
  afterEach(async () => {
    await disconnect();
    await database.close();
  });

  async function client(): Promise<pg.Client> {
    const connected = new pg.Client({ connectionString: url });
    await connected.connect();
    clients.push(connected);
    return connected;
  }

  function applySchema(parameters = '') {
    return runCli(['schema', '--apply'], { env: { ...database.env, DATABASE_URL: `${url}${parameters}` } });
  }

  /** 800,000 keys, and a second row under every fourth. */
  async function fill(): Promise<void> {
    const rows = (sign: number) => `
      select users.id, 'instagram', 'social_media', 'metric ' || metric, ${sign} * metric, '2025-01-01'::date + day
      from auth.users, generate_series(0, 99) day, generate_series(1, 16) metric`;
    const into = 'insert into analytics_snapshots (user_id, platform, source, metric, value, date)';
    const indexes = await database.query(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition, conname
       from pg_index left join pg_constraint on conindid = indexrelid and contype = 'u'
       where indrelid = 'analytics_snapshots'::regclass and not indisprimary`,
    );
    // Filled first and indexed then, and without the checks of a foreign key, it takes a fraction of the time.
    await database.query(
      `set session_replication_role = replica;
       ${indexes.map(({ name, conname }) => (conname ? `alter table analytics_snapshots drop constraint ${conname}` : `drop index ${name}`)).join(';')};
       ${into} ${rows(1)};
       ${into} ${rows(-1)} where metric <= 4;
       ${indexes.map(({ definition, conname }) => (conname ? `alter table analytics_snapshots add constraint ${conname} unique (${KEY})` : definition)).join(';')};
       set session_replication_role = origin`,
    );
    await database.query('vacuum analyze analytics_snapshots');
  }

  /** Repeats statements over a connection of its own until it is stopped; answers the longest wait, in ms. */
  async function busy(statements: (client: pg.Client, turn: number) => Promise<unknown>, pauseMs: number) {
    const connection = await client();
    let [longest, turns, stopped] = [0, 0, false];
    const loop = (async () => {
      while (!stopped) {
        const startedAt = performance.now();
        await statements(connection, turns);
        longest = Math.max(longest, performance.now() - startedAt);
        turns += 1;
        await sleep(pauseMs);
      }
    })();
    return {
      async stop() {
        stopped = true;
        await loop;
        expect(turns).toBeGreaterThan(1);
        return longest;
      },
    };
  }

  const reader = () =>
    busy(async (connection) => {
      await connection.query('select count(*) from analytics_snapshots where user_id = $1', [USER]);
      await connection.query('select * from analytics_snapshots where user_id = $1 order by date desc limit 1', [USER]);
    }, 10);

  /** Writes as the application does, whose ON CONFLICT needs the key to be there at any moment. */
  const writer = () =>
    busy(
      (connection, turn) =>
        connection.query(
          `insert into analytics_snapshots (${KEY}, value) values ($1, 'instagram', 'social_media', 'reach', '2026-01-01', $2, 1)
           on conflict (${KEY}) do update set value = excluded.value`,
          [USER, `post ${turn}`],
        ),
      50,
    );

  async function expectOneRowPerKey(): Promise<void> {
    const [left] = await database.query(
      `select count(*)::int as keys from (select from analytics_snapshots group by ${KEY} having count(*) > 1) duplicated`,
    );
    expect(left).toEqual({ keys: 0 });
    const keys = await database.query(
      `select indisvalid, indisready from pg_index
       where indrelid = 'analytics_snapshots'::regclass and indisunique and indnullsnotdistinct
         and pg_get_indexdef(indexrelid) like '%(${KEY})%'`,
    );
    expect(keys).toEqual([{ indisvalid: true, indisready: true }]);
  }

  it('removes 200,000 duplicates of a million rows while others read and write, and says so', async () => {
    await fill();
    const [reading, writing] = [await reader(), await writer()];
    const applied = await applySchema();
    const [longestRead, longestWrite] = [await reading.stop(), await writing.stop()];

    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(longestRead).toBeLessThan(LONGEST_WAIT_MS);
    expect(longestWrite).toBeLessThan(LONGEST_WAIT_MS);
    await expectOneRowPerKey();
    const [rows] = await database.query(`select count(*)::int as rows from analytics_snapshots where post_id is null`);
    expect(rows).toEqual({ rows: 4 * DUPLICATES });
    expect(applied.stdout + applied.stderr).toMatch(/200[,. ]?000 duplicate/i);

    // This lock lets others read the table and do nothing else.
    const holder = await client();
    await holder.query('begin; lock table analytics_snapshots in exclusive mode');
    const again = await applySchema('?options=-c%20statement_timeout%3D10000');
    await holder.query('rollback');
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(again.stdout + again.stderr).toMatch(/nothing/i);

    // What was written lately is found without going through the million rows.
    const scans = async () => {
      const [stats] = await database.query(
        `select pg_stat_force_next_flush(), seq_scan from pg_stat_user_tables where relname = 'analytics_snapshots'`,
      );
      return stats?.seq_scan;
    };
    await database.query('analyze analytics_snapshots');
    // A session's own scans are counted after its statement, or only when it leaves.
    await disconnect();
    await scans();
    await sleep(1_000);
    const before = await scans();
    const today = await runCli(['status', '--today', '--json'], { env: database.env });
    expect(JSON.parse(today.stdout)).toEqual({ metrics: [] });
    await sleep(1_000);
    expect(await scans()).toEqual(before);
  });

  it('waits for a long report without blocking anyone else', async () => {
    await database.query(
      `insert into analytics_snapshots (user_id, platform, source, metric, value, date)
       select '${USER}', 'instagram', 'social_media', 'reach', n, '2026-01-01' from generate_series(1, 100) n`,
    );
    const report = await client();
    await report.query('begin; lock table analytics_snapshots in access share mode');
    const reported = report.query(`select pg_sleep(${REPORT_SECONDS}), count(*) from analytics_snapshots; commit`);
    const [reading, writing, watching] = [await reader(), await writer(), await client()];
    const applying = applySchema();

    let waits = 0;
    let isOver = false;
    const over = reported.then(() => {
      isOver = true;
    });
    while (!isOver) {
      const { rowCount } = await watching.query(
        `select from pg_locks join pg_stat_activity using (pid)
         where not granted and datname = current_database() and wait_event_type = 'Lock'`,
      );
      waits += rowCount ?? 0;
      await sleep(20);
    }
    await over;
    const applied = await applying;
    const [longestRead, longestWrite] = [await reading.stop(), await writing.stop()];

    expect(waits).toBeGreaterThan(0);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(longestRead).toBeLessThan(LONGEST_WAIT_MS);
    expect(longestWrite).toBeLessThan(LONGEST_WAIT_MS);
    await expectOneRowPerKey();
  });
});
