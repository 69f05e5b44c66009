import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, type Engine } from './engines.js';
import { allAccounts, beginRun, COLLECTED } from './rows.js';

const TWO_PLATFORMS = `insert into public.platform_connections (user_id, platform, account_id, token_expires_at)
  select 'user-' || n, platform, n, '2026-01-01' from generate_series(1, 400) n, unnest(array['instagram', 'facebook']) platform`;

const parts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ kind: 'shard' as const, index: index + 1, count }));

describe.each(ENGINES)('$name store', ({ open }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine.close());
  beforeEach(() =>
    engine.sql.query(
      'truncate public.platform_connections, public.collection_runs, public.collection_accounts cascade',
    ),
  );

  test.each([1, 7])('each user belongs to one of %i shards, which are similar in size', async (count) => {
    await engine.sql.query(TWO_PLATFORMS);
    const read = await Promise.all(parts(count).map((shard) => allAccounts(engine.store, { selection: shard })));
    const users = read.map((accounts) => [...new Set(accounts.map(({ userId }) => userId))]);
    expect(new Set(users.flat()).size).toBe(400);
    expect(users.flat()).toHaveLength(400);
    expect(read.map(({ length }) => length)).toEqual(users.map(({ length }) => 2 * length));
    for (const { length } of users) expect(length * count).toSatisfy((size) => 250 < size && size < 600);
    const selection = { kind: 'shard', index: 1, count } as const;
    const ends = await engine.store.tokensEnding({ platforms: COLLECTED, selection }, '2026-02-01T00:00:00Z');
    expect(ends.tokens).toHaveLength(read[0]?.length ?? 0);
  });

  test('a user always stays in the same shard: the fourth of 16 by md5', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform) values ('user-1', 'facebook')`);
    const read = await Promise.all(parts(16).map((shard) => allAccounts(engine.store, { selection: shard })));
    expect(read.findIndex(({ length }) => length === 1) + 1).toBe(4);
  });

  test('a run over shards counts as completed when all are done, with the age of the oldest', async () => {
    const finish = async (scope: string, status: 'completed' | 'partial' | 'failed', hoursAgo: number) => {
      const runId = await beginRun(engine.store, scope);
      await engine.store.finishRun(runId, status, null);
      await engine.sql.query(
        `update public.collection_runs set started_at = timestamptz '2026-11-22Z' - ${hoursAgo} * interval '1 hour' where id = '${runId}'`,
      );
    };
    const succeededAt = async () => (await engine.store.lastRuns()).succeededAt;
    await finish('shard:1/3', 'completed', 3);
    await finish('shard:2/3', 'partial', 5);
    await finish('shard:3/3', 'failed', 1);
    await finish('shard:3/4', 'completed', 1);
    expect(await succeededAt()).toBeNull();
    await finish('shard:3/3', 'completed', 30);
    expect(await succeededAt()).toBe('2026-11-20T18:00:00+00:00');
    await finish('shard:3/3', 'completed', 2);
    expect(await succeededAt()).toBe('2026-11-21T19:00:00+00:00');
    await finish('all', 'completed', 4);
    expect(await succeededAt()).toBe('2026-11-21T20:00:00+00:00');
  });
});
