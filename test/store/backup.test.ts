import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKED_UP, backup, restore } from '../../src/store/backup.js';
import { ENGINE_VERSION } from '../../src/store/drivers/database-folder.js';
import { schemaScript } from '../../src/store/schema.js';

/** What a text can hold that COPY has to escape, or that somebody could take for the end of a line. */
const AWKWARD = [
  'a\tb',
  'a\nb',
  'a\r\nb',
  '\\.',
  '\\N',
  '',
  'a\\',
  '\u2028 \u2029 \u0085',
  '😀',
  "it's; -- $$",
  'COPY x FROM stdin;',
];

const SNAPSHOTS = `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
  select 'u', 'facebook', 'social_media', note, 12345678901234567890.5, '2026-11-01', jsonb_build_object('note', note)
  from unnest($1::text[]) note`;

async function textOf(database: PGlite): Promise<string> {
  let whole = '';
  for await (const { text } of backup(database)) whole += text;
  return whole;
}

async function* cut(text: string, length: number): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += length) yield text.slice(from, from + length);
}

async function rowsOf(database: PGlite, table: string): Promise<unknown[]> {
  const { rows } = await database.query<{ row: unknown }>(
    `select to_jsonb(rows)::text as row from ${table} rows order by 1`,
  );
  return rows.map(({ row }) => row);
}

const opened: PGlite[] = [];
async function emptyEngine(): Promise<PGlite> {
  const engine = await PGlite.create();
  opened.push(engine);
  return engine;
}
afterAll(() => Promise.all(opened.map((engine) => engine.close())));

describe('a backup', () => {
  let database: PGlite;
  let text: string;
  beforeAll(async () => {
    database = await emptyEngine();
    await database.exec(await schemaScript());
    await database.query(SNAPSHOTS, [AWKWARD]);
    await database.exec(
      `insert into platform_connections (user_id, platform, account_id, access_token) values ('u', 'facebook', '1', 'gAAAA');
       insert into collection_platforms values ('facebook', 'UTC', 48, 728, '{"reach": {"unit": "accounts"}}', '{}');
       insert into collection_runs (scope, trigger, summary) values ('all', 'cli', '{"n": 1}');
       delete from analytics_snapshots where metric = '';
       insert into collection_accounts (user_id, platform, account_id, active, connected_at)
         select 'u', 'facebook', n::text, true, now() from generate_series(1, 3000) n;
       insert into collection_outcomes (account, date, outcome, run_id, missing)
         select id, '2026-11-01', 'settled', gen_random_uuid(), array['a"b', null] from collection_accounts;
       delete from collection_accounts where account_id::int > 2990;
       insert into analytics_account_snapshots (user_id, platform, account_id, source, metric, value, date, metadata)
         select 'u', 'facebook', '2', 'social_media', 'm', n, date '2026-01-01' + n, '{}' from generate_series(1, 2000) n`,
    );
    text = await textOf(database);
  });

  it('is of every table that the schema makes, but for migrations, which the script records, and what only processes share', async () => {
    const { rows } = await database.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(
      [
        ...BACKED_UP,
        'collection_migrations',
        'collection_pieces',
        'collection_processes',
        'collection_renewals',
      ].sort(),
    );
  });

  it('makes the same rows again, wherever a reader cuts the text, and ids go on where they ended', async () => {
    const again = await emptyEngine();
    const restored = await restore(again, cut(text, 777));
    const counts = await Promise.all(BACKED_UP.map(async (table) => (await rowsOf(again, table)).length));
    expect(counts).toEqual([1, 1, 2990, 2990, 1, AWKWARD.length - 1, 2000]);
    expect(restored).toBe(counts.reduce((sum, count) => sum + count, 0));
    for (const table of BACKED_UP) expect(await rowsOf(again, table)).toEqual(await rowsOf(database, table));
    const next = await again.query(
      "insert into collection_accounts (user_id, platform, account_id, active, connected_at) values ('u', 'x', 'y', true, now()) returning id::integer",
    );
    expect(next.rows).toEqual([{ id: 3001 }]);
  });

  it.each([
    ['cut off in its schema', () => text.slice(0, 5_000), 'is cut off'],
    ['cut off in its rows', () => text.slice(0, text.indexOf('COPY public.analytics_snapshots') + 300), 'is cut off'],
    ['without its last line', () => text.slice(0, text.lastIndexOf('-- ')), 'is cut off'],
    ['of nothing', () => '', 'is empty'],
    ['of something else', () => 'select 1;\n', 'is not a backup'],
  ])('%s is refused', async (_, damaged, why) => {
    const work = restore(await emptyEngine(), cut(damaged(), 10_000));
    await expect(work).rejects.toMatchObject({ code: 'file_failed', message: expect.stringContaining(why) });
  });

  it('gives rows of the first editions, whose ids were random, new ones', async () => {
    const older = await emptyEngine();
    await older.exec(
      `create table analytics_snapshots (
         id uuid primary key default gen_random_uuid(), user_id text not null, platform text not null, source text not null,
         metric text not null, value numeric not null, date date not null, post_id text,
         metadata jsonb not null default '{}', created_at timestamptz not null default now()
       )`,
    );
    await older.exec(await schemaScript());
    await older.query(SNAPSHOTS, [['one', 'two']]);
    const again = await emptyEngine();
    await restore(again, cut(await textOf(older), 10_000));
    expect((await again.query('select id::integer, metric from analytics_snapshots order by id')).rows).toEqual([
      { id: 1, metric: 'one' },
      { id: 2, metric: 'two' },
    ]);
  });
});

it('the engine has the version that its folders are checked for', async () => {
  const { rows } = await (await emptyEngine()).query<{ server_version: string }>('show server_version');
  expect(rows[0]?.server_version.split('.')[0]).toBe(ENGINE_VERSION);
});
