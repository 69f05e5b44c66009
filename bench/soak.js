/*
 * A run of 20,000 connections of which one in twenty is broken, in all the ways that the sandbox knows: does memory stay flat, is
 * every outcome accounted for? The platforms live in a process of their own. The database is that of SOAK_DATABASE_URL, an
 * empty one, else an embedded PostgreSQL.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { openApp, startSandbox } from '../dist/lib/index.js';
import { temporaryFolder } from './support.js';

const CONNECTIONS = 20_000;
const ONE_IN = 20;
const TENTHS = 10;
const PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'];
/** Settled on every platform, and no platform's last. */
const DATE = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
const MOST_GROWTH_MB = 10;
/** A fault, and how the account's day ends. */
const FAULTS = [
  [{ kind: 'dead_token' }, 'failed'],
  [{ kind: 'missing_permission' }, 'skipped'],
  [{ kind: 'throttled', window: 'MINUTE' }, 'failed'],
  [{ kind: 'server_error' }, 'failed'],
  [{ kind: 'error_in_200' }, 'failed'],
  [{ kind: 'api_down' }, 'failed'],
  [{ kind: 'html' }, 'failed'],
  [{ kind: 'stall' }, 'failed'],
  [{ kind: 'reset' }, 'failed'],
  [{ kind: 'truncated_json' }, 'failed'],
  [{ kind: 'wrong_types' }, 'failed'],
  [{ kind: 'no_data' }, 'no_data'],
  [{ kind: 'server_error', times: 1 }, 'settled'],
  [{ kind: 'reset', times: 2 }, 'settled'],
  [{ kind: 'unknown_fields' }, 'settled'],
  [{ kind: 'numbers_as_strings' }, 'settled'],
];

/** The fault of an account, and how its day ends. Faults go round the platforms as they go round the kinds. */
function faultAt(index) {
  const broken = index % ONE_IN === Math.floor(index / ONE_IN) % PLATFORMS.length;
  return broken ? FAULTS[Math.floor(index / ONE_IN / PLATFORMS.length) % FAULTS.length] : [undefined, 'settled'];
}

if (process.send) await servePlatforms();
else await soak();

async function servePlatforms() {
  const { environment, connections, close } = await startSandbox({
    users: CONNECTIONS / PLATFORMS.length,
    platforms: PLATFORMS,
    fault: (index) => faultAt(index)[0],
  });
  process.send({ environment, connections });
  process.once('disconnect', () => void close());
}

async function soak() {
  const child = fork(import.meta.filename);
  const [sandbox] = await once(child, 'message');
  const database = chooseDatabase(process.env.SOAK_DATABASE_URL);
  const environment = { ...sandbox.environment, ...database.environment, ALLOW_PLAINTEXT_TOKENS: '1' };
  await applySchema(environment);
  await connectAtOnce(database, sandbox.connections);
  sandbox.connections.length = 0;

  const app = await openApp({ environment });
  const curve = [memory()];
  let ended = 0;
  const startedAt = performance.now();
  const summary = await app.collect(
    {
      window: { kind: 'day', date: DATE },
      trigger: 'soak',
      // Waiting is what this run does not measure.
      limits: { maxDurationMs: 3 * 3_600_000, maxWaitMs: 1_000 },
      rates: { youtube: 10_000 },
    },
    (event) => {
      if (event.type === 'connection' && ++ended % (CONNECTIONS / TENTHS) === 0) curve.push(memory());
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await app.close();
  child.disconnect();
  const stored = await database.query(
    `select coalesce(outcomes.outcome, case accounts.reason when 'missing_permission' then 'skipped' else 'failed' end) as state,
       count(*)::int as days
     from public.collection_accounts accounts
     left join public.collection_outcomes outcomes on outcomes.account = accounts.id
     group by 1 order by 1`,
  );
  database.remove();
  report(summary, { curve, seconds, expected: expectedStates(), stored });
}

/** A database that is asked while no app has it open. */
function chooseDatabase(url) {
  if (url) {
    return {
      environment: { DATABASE_URL: url, ENCRYPTION_KEY: `${randomBytes(32).toString('base64url')}=` },
      async query(text, values) {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        const { rows } = await client.query(text, values);
        await client.end();
        return rows;
      },
      remove: () => undefined,
    };
  }
  const { path, remove } = temporaryFolder();
  return {
    environment: { ANALYTICS_DATA_DIR: path },
    async query(text, values) {
      const database = await PGlite.create(join(path, 'postgres'));
      const { rows } = await database.query(text, values);
      await database.close();
      return rows;
    },
    remove,
  };
}

async function applySchema(environment) {
  const app = await openApp({ environment });
  await app.applySchema();
  await app.close();
}

/** One statement, with tokens in clear: one call of `addConnection` after another would take longer than the run. */
async function connectAtOnce({ query }, connections) {
  const rows = connections.map(({ userId, platform, accountId, accountName, accessToken, refreshToken }) => ({
    user_id: userId,
    platform,
    account_id: accountId,
    account_name: accountName,
    access_token: accessToken,
    refresh_token: refreshToken,
  }));
  await query(
    `insert into public.platform_connections (user_id, platform, account_id, account_name, access_token, refresh_token)
     select user_id, platform, account_id, account_name, access_token, refresh_token
     from jsonb_populate_recordset(null::public.platform_connections, $1::text::jsonb)`,
    [JSON.stringify(rows)],
  );
}

function expectedStates() {
  const states = { failed: 0, no_data: 0, settled: 0, skipped: 0 };
  for (let index = 0; index < CONNECTIONS; index++) states[faultAt(index)[1]]++;
  return Object.entries(states).map(([state, days]) => ({ state, days }));
}

/** Megabytes, after a collection of garbage. */
function memory() {
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: Math.round(rss / 1e5) / 10, heap: Math.round(heapUsed / 1e5) / 10 };
}

function report(summary, { curve, seconds, expected, stored }) {
  const [, first, ...rest] = curve;
  const growth = Math.max(...rest.map(({ heap }) => heap)) - first.heap;
  const isFlat = growth < MOST_GROWTH_MB;
  const isWhole = JSON.stringify(stored) === JSON.stringify(expected);
  const say = (text) => process.stdout.write(`${text}\n`);
  say('after   rss MB  heap MB');
  curve.forEach(({ rss, heap }, tenth) => {
    say(`${String(tenth * (100 / TENTHS)).padStart(4)} %${rss.toFixed(1).padStart(9)}${heap.toFixed(1).padStart(9)}`);
  });
  say(`heap after the first tenth: +${growth.toFixed(1)} MB at most, ${isFlat ? 'flat' : 'NOT FLAT'}`);
  say(
    `outcomes: ${JSON.stringify(stored)}, ${isWhole ? 'as expected' : `NOT AS EXPECTED ${JSON.stringify(expected)}`}`,
  );
  say(`${summary.status}: ${summary.requests.total} requests, ${summary.requests.retried} retried`);
  say(`${seconds.toFixed(1)} s, ${Math.round(summary.requests.total / seconds)} requests/s`);
  process.exitCode = isFlat && isWhole ? 0 : 1;
}
