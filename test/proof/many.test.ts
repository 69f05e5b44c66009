import { afterAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { collectJson } from '../e2e/support/cli.js';
import { connect, connectionRow, readyDatabase } from '../e2e/support/databases.js';
import { daysAgo, storedRows, trueRows } from '../e2e/support/truth.js';

const DATE = daysAgo(10);
const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

it('2,500 users are collected on Supabase, which returns at most 1,000 rows per request', async () => {
  const accounts = population({ users: 2_500, platforms: ['facebook'] });
  const [database, sandbox] = await Promise.all([readyDatabase('Supabase'), startSandbox({ accounts })]);
  cleanups.push(database.close, sandbox.close);
  await connect(database, accounts.map(connectionRow));
  const env = { ...database.env, ...sandbox.urls };
  const summary = await collectJson(['--date', DATE], { env, code: 0 });
  expect(summary.users).toEqual({ total: 2_500, succeeded: 2_500, failed: 0 });
  expect(await storedRows(database)).toEqual(trueRows(accounts, [DATE]));
});
