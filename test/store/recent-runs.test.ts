import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countsOf } from '../../src/report/summary.js';
import { summary } from '../cli/render/samples.js';
import { ENGINES, type Engine } from './engines.js';
import { beginRun } from './rows.js';

describe.each(ENGINES)('the recent runs in a $name store', ({ open }) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await open();
  });

  afterAll(() => engine.close());

  beforeEach(() => engine.sql.query('truncate public.collection_runs cascade'));

  async function run(scope: string): Promise<void> {
    const runId = await beginRun(engine.store, scope);
    await engine.store.finishRun(runId, 'completed', countsOf(summary({ run_id: runId, scope })));
  }

  const scopes = async (userId: string | null, most = 10) =>
    (await engine.store.recentRuns(userId, most)).map(({ scope }) => scope);

  test('are the newest, first, with their summaries', async () => {
    expect(await engine.store.recentRuns(null, 10)).toEqual([]);
    for (const scope of ['all', 'shard:1/2', 'shard:2/2']) await run(scope);
    expect(await scopes(null, 2)).toEqual(['shard:2/2', 'shard:1/2']);
    expect(await engine.store.recentRuns(null, 1)).toMatchObject([
      { status: 'completed', summary: { scope: 'shard:2/2' } },
    ]);
  });

  test('include runs of a single user only if that user is asked for', async () => {
    await run('all');
    for (let times = 0; times < 3; times++) await run('user:1');
    await run('user:2');
    expect(await scopes(null, 3)).toEqual(['all']);
    expect(await scopes('2', 3)).toEqual(['user:2', 'all']);
  });
});
