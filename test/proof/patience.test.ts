import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { collectJson, parseSummary, runCli, startCli, until } from '../e2e/support/cli.js';
import { connect, connectionRow, readyDatabase } from '../e2e/support/databases.js';
import { storedRows, trueRows } from '../e2e/support/truth.js';
import { freePort } from '../support/cluster.js';
import type { Sql } from '../support/database.js';
import { listen } from '../support/database.js';
import { noPooler, startPgbouncer } from '../support/pgbouncer.js';
import { expectCountsAddUp } from '../support/summary.js';
import { connectedDatabase, DATE } from './support.js';

const DAY = ['--date', DATE];
const isMissing = (program: string) => spawnSync(program, ['--version']).error !== undefined;
/** It is run by the user postgres. */
const isNotRoot = process.getuid?.() !== 0;
const noServer = isNotRoot || isMissing('initdb') ? ' (skipped: needs root and initdb)' : null;
const accounts = population({ users: 60, platforms: ['facebook'] });
const TRUTH = trueRows(accounts, [DATE]);

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function world() {
  const [sandbox, database] = await Promise.all([startSandbox({ accounts }), connectedDatabase(accounts)]);
  cleanups.push(sandbox.close, database.close);
  const env: Record<string, string> = { ...database.env, ...sandbox.urls };
  return { database, env };
}

describe('a Supabase behind a gateway in trouble', () => {
  it('answers 429, 5xx and web pages at first, and takes small calls only: the run completes, and tells why it waited', async () => {
    const sandbox = await startSandbox({ accounts });
    const database = await readyDatabase('Supabase');
    cleanups.push(sandbox.close, database.close);
    await connect(database, accounts.map(connectionRow));
    const gateway = await startGateway(database.env.SUPABASE_URL ?? '');
    cleanups.push(gateway.close);
    const env = { ...database.env, ...sandbox.urls, SUPABASE_URL: gateway.url };

    const run = await runCli(['collect', '--json', ...DAY], { env });
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expectCountsAddUp(parseSummary(run));
    expect(await storedRows(database)).toEqual(TRUTH);
    expect(gateway.refused()).toEqual(['429', '503', '520', '200', '413']);
    expect(run.stderr.match(/waiting for the database.*/g)).toEqual([expect.stringContaining('HTTP 429')]);

    gateway.breakAgain();
    const quick = await runCli(['status'], { env });
    expect(quick).toMatchObject({ code: 1, stderr: expect.stringContaining('store_unreachable') });
  });
});

// The other faults are those of a server.
if (process.env.TEST_DATABASE_URL) {
  describe.concurrent('a PostgreSQL', () => {
    it('that is read-only for a moment from the first call on only delays the run', async () => {
      const { database, env } = await world();
      const name = new URL(env.DATABASE_URL ?? '').pathname.slice(1);
      await database.query(`alter database ${name} set default_transaction_read_only = on`);
      const run = startCli(['collect', '--json', ...DAY], { env });
      await until(() => run.told().includes('[25006]'));
      await database.query(`begin read write; alter database ${name} reset default_transaction_read_only; commit`);
      expect(await run.ended).toMatchObject({ code: 0 });
      expect(await storedRows(database)).toEqual(TRUTH);
    });

    it.skipIf(noServer)(`that is out of connections, then restarts, only delays the run${noServer ?? ''}`, async () => {
      const server = await ownServer();
      const { database, env } = await world();
      cleanups.push(server.stop);
      const own = { ...env, DATABASE_URL: server.url };
      expect(await runCli(['schema', '--apply'], { env: own })).toMatchObject({ code: 0 });
      const filling = await server.connect();
      const query: Sql['query'] = async (text, values) => (await filling.query(text, values)).rows;
      await connect({ query, close: async () => undefined }, accounts.map(connectionRow));
      await filling.end();
      const taken = await Promise.all(Array.from({ length: server.connections }, () => server.connect()));
      const run = startCli(['collect', '--json', ...DAY], { env: own });
      await until(() => run.told().includes('[53300]'));
      await Promise.all(taken.map((client) => client.end()));
      await server.stop();
      await sleep(1_000);
      await server.start();
      const ended = await run.ended;
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      const client = await server.connect();
      const stored = await storedRows({
        query: async (text, values) => (await client.query(text, values)).rows,
        close: async () => undefined,
      });
      await client.end();
      expect(stored).toEqual(TRUTH);
      expect(await database.query('select from analytics_snapshots')).toEqual([]);
    });

    it('has no backend waiting soon after a schema --apply that waited for another was killed', async () => {
      const { database, env } = await world();
      const other = new pg.Client({ connectionString: env.DATABASE_URL });
      await other.connect();
      await other.query("select pg_advisory_lock(hashtextextended('analytics-collect schema', 0))");
      const waiting = async () =>
        (
          await database.query(
            "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'",
          )
        ).length;
      const run = startCli(['schema', '--apply'], { env });
      await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
      run.kill('SIGKILL');
      await run.ended;
      await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
      await other.end();
    });

    it('whose table is locked lets the run wait a minute, and has no backend waiting 5 s later', async () => {
      const { database, env } = await world();
      const { waiting, unlock } = await lockSnapshots(env.DATABASE_URL ?? '');
      const begun = performance.now();
      const run = await runCli(['collect', '--json', ...DAY], { env });
      expect(run, run.stderr).toMatchObject({ code: 1, stderr: expect.stringContaining('[55P03]') });
      expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'store_slow' } });
      expect(performance.now() - begun).toBeGreaterThan(55_000);
      await sleep(5_000);
      expect(await waiting()).toBe(0);
      expect(await database.query('select status from collection_runs')).toEqual([{ status: 'failed' }]);
      await unlock();
      await collectJson(DAY, { env, code: 0 });
      expect(await storedRows(database)).toEqual(TRUTH);
    });

    it.each(['SIGTERM', 'SIGKILL'] as const)(
      'whose table is locked does not keep a run from its %s',
      async (signal) => {
        const { env } = await world();
        const { waiting, unlock } = await lockSnapshots(env.DATABASE_URL ?? '');
        const run = startCli(['collect', ...DAY], { env });
        await until(() => run.told().includes('waiting for the database'));
        const killed = performance.now();
        run.kill(signal);
        await run.ended;
        expect(performance.now() - killed).toBeLessThan(15_000);
        await sleep(5_000);
        expect(await waiting()).toBe(0);
        await unlock();
      },
    );

    it.skipIf(noPooler)(
      `behind PgBouncer in transaction mode is collected into, and no backend of it waits for a lock for long${noPooler ?? ''}`,
      async () => {
        const { database, env } = await world();
        const pooler = await startPgbouncer(env.DATABASE_URL ?? '');
        cleanups.push(pooler.close);
        const address = pooler.url;
        const pooled = { ...env, DATABASE_URL: address };
        const { waiting, unlock } = await lockSnapshots(env.DATABASE_URL ?? '');
        const run = startCli(['collect', ...DAY], { env: pooled });
        await until(() => run.told().includes('[55P03]'));
        run.kill('SIGKILL');
        await run.ended;
        await sleep(5_000);
        expect(await waiting()).toBe(0);
        await unlock();
        await database.query("update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");
        await collectJson(DAY, { env: pooled, code: 0 });
        expect(await storedRows(database)).toEqual(TRUTH);
        const client = new pg.Client({ connectionString: address });
        await client.connect();
        expect((await client.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
        await client.end();
      },
    );
  });
}

/** Answers as a gateway in trouble does, then forwards; large calls are always refused. */
async function startGateway(target: string) {
  const page = '<html>We will be back</html>';
  let left = [429, 503, 520, 200];
  const refused = new Set<string>();
  const server = createServer((request, response) => {
    const status = left.shift() ?? (Number(request.headers['content-length']) > 40_000 ? 413 : null);
    if (status !== null) {
      refused.add(String(status));
      request.resume();
      response.writeHead(status, { 'content-type': 'text/html' }).end(page);
      return;
    }
    const forwarded = httpRequest(
      `${target}${request.url}`,
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(forwarded);
  });
  const url = await listen(server);
  return {
    url,
    refused: () => [...refused],
    breakAgain: () => {
      left = [503, 503, 503, 503];
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Locks the table as a migration would. */
async function lockSnapshots(url: string) {
  const [holder, watcher] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([holder.connect(), watcher.connect()]);
  await holder.query('begin; lock table analytics_snapshots in access exclusive mode');
  return {
    async waiting() {
      const { rows } = await watcher.query(
        "select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return rows[0].waiting;
    },
    unlock: () => Promise.all([holder.end(), watcher.end()]),
  };
}

/** A PostgreSQL of the test's own, run by the user postgres. */
async function ownServer() {
  const folder = await mkdtemp(join(tmpdir(), 'own-server-'));
  const port = await freePort();
  const connections = 8;
  await chmod(folder, 0o777);
  const as = (command: string) => spawnSync('runuser', ['-u', 'postgres', '--', 'bash', '-c', command], { cwd: '/' });
  const options = `-p ${port} -k ${folder} -c fsync=off -c max_connections=${connections} -c superuser_reserved_connections=0`;
  const start = async () => {
    const { status, stderr } = as(`pg_ctl -D ${folder}/data -l ${folder}/log -w -o "${options}" start >/dev/null`);
    if (status !== 0) throw new Error(String(stderr));
  };
  as(`initdb -D ${folder}/data -A trust -U postgres`);
  await start();
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    connections,
    start,
    stop: async () => void as(`pg_ctl -D ${folder}/data -m fast -w stop`),
    async connect() {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
  };
}
