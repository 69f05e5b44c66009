import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.js';
import type { Fault } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { collectJson, parseSummary, runCli } from '../e2e/support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from '../e2e/support/databases.js';
import { daysAgo, storedRows } from '../e2e/support/truth.js';
import { receiver } from '../support/receiver.js';
import { expectCountsAddUp } from '../support/summary.js';

const DAYS = ['--since', daysAgo(12), '--until', daysAgo(10)];
const FAULTS: Readonly<Record<number, Fault>> = {
  3: { kind: 'dead_token' },
  40: { kind: 'dead_token' },
  77: { kind: 'missing_permission' },
  90: { kind: 'refused_metric', metric: 'views' },
};
const accounts = population({ users: 60, platforms: ['instagram', 'facebook'] }).map((account, place) => {
  const fault = FAULTS[place];
  return fault ? { ...account, fault } : account;
});

/** What two runs over the same accounts have in common. */
function comparable({ run_id, started_at, finished_at, duration_ms, requests, ...summary }: Summary) {
  const sorted = <T>(items: readonly T[]) => items.map((item) => JSON.stringify(item)).sort();
  return {
    ...summary,
    failures: sorted(summary.failures.map(({ connection_id, ...failure }) => failure)),
    changes: Object.fromEntries(Object.entries(summary.changes).map(([change, ids]) => [change, ids.length])),
    warnings: [...summary.warnings].sort(),
    requests: requests.total,
  };
}

describe.runIf(process.env.TEST_DATABASE_URL)('a run that processes share', () => {
  let sandbox: Sandbox;
  const databases: Database[] = [];
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts, latencyMs: 20 });
  });
  afterAll(() => Promise.all([sandbox.close(), ...databases.map(({ close }) => close())]));

  async function ready(): Promise<Database> {
    const database = await readyDatabase('PostgreSQL');
    databases.push(database);
    await connect(database, accounts.map(connectionRow));
    return database;
  }

  const envOf = (database: Database) => ({ ...database.env, ...sandbox.urls });

  it('leaves the same table and the same summary, whatever the number of its processes', async () => {
    const alone = await ready();
    const single = await collectJson(DAYS, { env: envOf(alone), code: 3 });
    expectCountsAddUp(single);
    for (const processes of [1, 2, 4]) {
      const database = await ready();
      const pinged = await receiver();
      const env = { ...envOf(database), ALERT_WEBHOOK_URL: pinged.url };
      const runs = await Promise.all(
        Array.from({ length: processes }, () => runCli(['collect', '--distributed', '--json', ...DAYS], { env })),
      );
      for (const run of runs) {
        expect(run, run.stderr).toMatchObject({ code: 3 });
        const summary = parseSummary(run);
        expectCountsAddUp(summary);
        expect(comparable(summary)).toEqual(comparable(single));
      }
      expect(new Set(runs.map((run) => parseSummary(run).run_id)).size).toBe(1);
      expect(await storedRows(database)).toEqual(await storedRows(alone));
      expect(pinged.received).toHaveLength(1);
    }
  });
});
