import { afterAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { collectJson, runCli } from '../e2e/support/cli.js';
import { connect, connectionRow, emptyDatabase, OTHER_SERVERS } from '../e2e/support/databases.js';
import { testDividedRun } from '../e2e/support/divided-run.js';
import { daysAgo, storedRows, trueRows } from '../e2e/support/truth.js';
import { expectCountsAddUp } from '../support/summary.js';
import { KIND } from './support.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

describe.each(OTHER_SERVERS)('a run split among four processes, on %s', testDividedRun);

// One process at a time uses an embedded database.
const isAlone = KIND !== 'PostgreSQL';
const why = isAlone ? ' (needs TEST_DATABASE_URL)' : '';
it.skipIf(isAlone)(
  `four shards of 400 accounts that write the same new partitions at once end complete${why}`,
  async () => {
    const accounts = population({ users: 400, platforms: ['facebook'] });
    const [sandbox, database] = await Promise.all([startSandbox({ accounts }), emptyDatabase(KIND)]);
    cleanups.push(sandbox.close, database.close);
    const env = { ...database.env, ...sandbox.urls };
    expect(await runCli(['schema', '--apply', '--partitioned'], { env })).toMatchObject({ code: 0 });
    await connect(database, accounts.map(connectionRow));
    const dates = [42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30].map(daysAgo);
    const days = ['--since', daysAgo(42), '--until', daysAgo(30)];
    const shards = await Promise.all(
      [1, 2, 3, 4].map((index) => collectJson([...days, '--shard', `${index}/4`], { env, code: 0 })),
    );
    for (const shard of shards) expectCountsAddUp(shard);
    expect(shards.reduce((sum, { connections }) => sum + connections.succeeded, 0)).toBe(400);
    expect(await storedRows(database)).toEqual(trueRows(accounts, dates));
  },
);
