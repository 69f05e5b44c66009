import { expect } from 'vitest';
import type { Summary } from '../../src/report/summary.js';
import type { Fault, SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.js';
import {
  type CliOptions,
  type CliRun,
  collectJson,
  parseSummary,
  type RunningCli,
  startCli,
  until,
} from '../e2e/support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from '../e2e/support/databases.js';
import { daysAgo, storedRows } from '../e2e/support/truth.js';
import { expectCountsAddUp } from '../support/summary.js';

export const DAYS = ['--since', daysAgo(12), '--until', daysAgo(10)];
const FAULTS: Readonly<Record<number, Fault>> = {
  3: { kind: 'dead_token' },
  40: { kind: 'dead_token' },
  77: { kind: 'missing_permission' },
  90: { kind: 'refused_metric', metric: 'views' },
};
/** Some of which fail. */
export const FAULTY: readonly SandboxAccount[] = population({ users: 60, platforms: ['instagram', 'facebook'] }).map(
  (account, place) => {
    const fault = FAULTS[place];
    return fault ? { ...account, fault } : account;
  },
);

/** Accounts on a PostgreSQL, and the platforms to ask for them. */
export interface SharedWorld {
  readonly sandbox: Sandbox;
  readonly database: Database;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function sharedWorld(options: Partial<SandboxOptions> = {}): Promise<SharedWorld> {
  const { accounts = FAULTY } = options;
  const sandbox = await startSandbox({ accounts, latencyMs: 20, ...options });
  const database = await readyDatabase('PostgreSQL');
  await connect(database, accounts.map(connectionRow));
  return {
    sandbox,
    database,
    env: { ...database.env, ...sandbox.environment },
    async close() {
      await Promise.all([sandbox.close(), database.close()]);
    },
  };
}

/** What one process makes of it all. */
export interface Alone {
  readonly summary: Summary;
  readonly rows: readonly string[];
}

export async function collectAlone({ env, database }: SharedWorld, flags = DAYS, code = 3): Promise<Alone> {
  const summary = await collectJson(flags, { env, code });
  expectCountsAddUp(summary);
  return { summary, rows: await storedRows(database) };
}

/** Starts a process of a shared run. */
export function startShared(flags: readonly string[], options: CliOptions): RunningCli {
  return startCli(['collect', '--distributed', '--json', ...flags], options);
}

/** Waits for so many more requests than were sent before `act`. */
export async function afterRequests<T>({ sandbox }: SharedWorld, requests: number, act: () => T): Promise<T> {
  const before = sandbox.counters.requests;
  const acted = act();
  await until(() => sandbox.counters.requests >= before + requests);
  return acted;
}

/** The run has ended, and is to the last count what one process makes of it. */
export async function expectAsAlone(run: CliRun, { database }: SharedWorld, alone: Alone, code = 3): Promise<Summary> {
  expect(run, run.stderr).toMatchObject({ code });
  const summary = parseSummary(run);
  expectCountsAddUp(summary);
  expect(comparable(summary)).toEqual(comparable(alone.summary));
  expect(await storedRows(database)).toEqual(alone.rows);
  return summary;
}

/** What two runs over the same accounts have in common, unless one repeats requests of a process that died. */
export function comparable({ run_id, started_at, finished_at, duration_ms, requests, ...summary }: Summary) {
  const sorted = <T>(items: readonly T[]) => items.map((item) => JSON.stringify(item)).sort();
  return {
    ...summary,
    failures: sorted(summary.failures.map(({ connection_id, ...failure }) => failure)),
    changes: Object.fromEntries(Object.entries(summary.changes).map(([change, ids]) => [change, ids.length])),
    warnings: [...summary.warnings].sort(),
  };
}

/** As if two minutes had passed since the run's last heartbeat. */
export async function expireLease({ database }: SharedWorld): Promise<void> {
  await database.query(
    "update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes' where status = 'running'",
  );
}
