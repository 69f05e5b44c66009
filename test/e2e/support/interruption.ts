import { spawnSync } from 'node:child_process';
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { population } from '../../../src/sandbox/population.js';
import { startSandbox } from '../../../src/sandbox/server.js';
import { collectJson, parseSummary, runCli, startCli, until } from './cli.js';
import { connect, connectionRow, type Database, type DatabaseKind, readyDatabase } from './databases.js';
import { daysAgo, storedRows, trueRows } from './truth.js';

const accounts = population({ users: 60, platforms: ['facebook'] });
/** The second half is never answered, so that a run of two at a time comes to a halt in the middle. */
const haltingAccounts = accounts.map((account, index) =>
  index < 30 ? account : { ...account, fault: { kind: 'stall' } as const },
);
const dates = [16, 15, 14, 13, 12, 11, 10].map(daysAgo);
const WHOLE_TABLE = trueRows(accounts, dates);
const FIRST_HALF = trueRows(accounts.slice(0, 30), dates);
const COLLECT = ['--since', daysAgo(16), '--until', daysAgo(10), '--concurrency', '2'];

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

/** A database with the accounts, the environment in which a run comes to a halt, and the one in which the next goes on. */
async function connected(kind: DatabaseKind) {
  const [database, halts, answers] = await Promise.all([
    readyDatabase(kind),
    startSandbox({ accounts: haltingAccounts }),
    startSandbox({ accounts }),
  ]);
  cleanups.push(database.close, halts.close, answers.close);
  await connect(database, accounts.map(connectionRow));
  const halted = () =>
    until(() => haltingAccounts.filter(({ accountId }) => halts.fired(accountId, 'stall') > 0).length === 2);
  return { database, halted, halting: { ...database.env, ...halts.urls }, env: { ...database.env, ...answers.urls } };
}

async function runs({ query }: Database) {
  return query(
    'select id::text, status, summary, finished_at is not null as finished from collection_runs order by started_at',
  );
}

/** Some of the first half, and nothing else: what was not yet written is lost, what was is whole. */
function expectPart(rows: readonly string[]): void {
  expect(rows.length).toBeGreaterThan(0);
  const fetched = new Set(FIRST_HALF);
  expect(rows.filter((row) => !fetched.has(row))).toEqual([]);
}

/** The lease of a killed run holds for two minutes; the next run makes the table whole. */
export async function killAndTakeOver(kind: DatabaseKind): Promise<void> {
  const { database, halted, halting, env } = await connected(kind);
  const killed = startCli(['collect', ...COLLECT], { env: halting });
  await halted();
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
}

/** An embedded database's next run knows that the killed one is dead. */
export async function killAndTakeOverAtOnce(): Promise<void> {
  const { database, halted, halting, env } = await connected('embedded');
  const killed = startCli(['collect', ...COLLECT], { env: halting });
  await halted();
  killed.kill('SIGKILL');
  await killed.ended;
  expectPart(await storedRows(database));

  await collectJson(COLLECT, { env, code: 0 });
  expect(await storedRows(database)).toEqual(WHOLE_TABLE);
  expect(await runs(database)).toMatchObject([{ status: 'abandoned' }, { status: 'completed' }]);
}

/** As a container does: the command is process 1 of its own processes, and dies with the one that started it. */
const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Why no container can be had; undefined if it can. */
export function noContainer(): string | undefined {
  return spawnSync('unshare', [...CONTAINER.slice(1), 'true']).status === 0
    ? undefined
    : 'process ids of its own are not allowed here';
}

/** Of two containers on one data folder, the second is kept out until the first is dead. */
export async function takeOverBetweenContainers(): Promise<void> {
  const { database, halted, halting, env } = await connected('embedded');
  const first = startCli(['collect', ...COLLECT], { env: halting, under: CONTAINER });
  await halted();
  const second = await runCli(['collect', ...COLLECT], { env, under: CONTAINER });
  expect(second).toMatchObject({ code: 4, stdout: '', stderr: expect.stringMatching(/process 1\b.*store_locked/s) });

  first.kill('SIGKILL');
  await first.ended;
  expectPart(await storedRows(database));
  const third = await runCli(['collect', ...COLLECT], { env, under: CONTAINER });
  expect(third, third.stderr).toMatchObject({ code: 0 });
  expect(await storedRows(database)).toEqual(WHOLE_TABLE);
}

/** What a reboot, or a container of another kernel, leaves in the data folder, although its process id is in use again. */
export async function takeOverFromStrangers(): Promise<void> {
  const { database, halted, halting, env } = await connected('embedded');
  const dataDir = database.env.ANALYTICS_DATA_DIR ?? '';
  const rebooted = startCli(['collect', ...COLLECT], { env: halting });
  await halted();
  rebooted.kill('SIGKILL');
  await rebooted.ended;
  const [left = ''] = (await readdir(dataDir)).filter((name) => name.startsWith('lock-'));
  await rename(
    join(dataDir, left),
    join(dataDir, left.replace(/^lock-\w+-(\w+)-\d+/, `lock-00000000-$1-${process.pid}`)),
  );
  await writeFile(join(dataDir, 'lock'), `${process.pid}\n`);

  await collectJson(COLLECT, { env, code: 0 });
  expect(await storedRows(database)).toEqual(WHOLE_TABLE);
  expect(await readdir(dataDir)).not.toContainEqual(expect.stringMatching(/^\.?lock/));
}

/** A run that is told to stop ends with what it fetched written, and keeps others out until then. */
export async function stopPolitely(
  signal: 'SIGINT' | 'SIGTERM',
  code: number,
  kind: DatabaseKind,
  refusal: string,
): Promise<void> {
  const { database, halted, halting, env } = await connected(kind);
  const first = startCli(['collect', '--json', ...COLLECT], { env: halting });
  await halted();
  const second = await runCli(['collect', ...COLLECT], { env });
  expect(second).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(refusal) });
  first.kill(signal);
  const stopped = await first.ended;

  expect(stopped, stopped.stderr).toMatchObject({ code });
  const summary = parseSummary(stopped);
  expect(await storedRows(database)).toEqual(FIRST_HALF);
  expect(summary).toMatchObject({ status: 'interrupted', metrics: { inserted: FIRST_HALF.length } });
  expect(await runs(database)).toMatchObject([
    { id: summary.run_id, status: 'interrupted', finished: true, summary: { status: 'interrupted' } },
  ]);

  const rest = await collectJson(COLLECT, { env, code: 0 });
  expect(rest.metrics.inserted).toBe(WHOLE_TABLE.length - FIRST_HALF.length);
  expect(await storedRows(database)).toEqual(WHOLE_TABLE);
}
