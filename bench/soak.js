/*
 * A run of 20,000 connections of which one in twenty is broken, in all the ways that the sandbox knows: does memory stay flat, is
 * every outcome accounted for? The platforms live in a process of their own. The database is that of SOAK_DATABASE_URL, an
 * empty one, else a PostgreSQL in memory.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { DEFAULT_OPTIONS } from '../dist/collector/options.js';
import { loadConfig } from '../dist/config.js';
import { createPlatforms } from '../dist/platforms/registry.js';
import { collect } from '../dist/run/collect.js';
import { SANDBOX_CREDENTIALS } from '../dist/sandbox/oauth.js';
import { population } from '../dist/sandbox/population.js';
import { startSandbox } from '../dist/sandbox/server.js';
import { storeInside } from '../dist/store/drivers/embedded.js';
import { openPostgresStore } from '../dist/store/drivers/postgres.js';
import { generateKey } from '../dist/tokens/fernet.js';
import { createKeyring } from '../dist/tokens/keyring.js';

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

/** Faults go round the platforms as they go round the kinds. */
function accountsOfSoak() {
  const accounts = population({ users: CONNECTIONS / PLATFORMS.length, platforms: PLATFORMS });
  return accounts.map((account, index) => {
    const broken = index % ONE_IN === Math.floor(index / ONE_IN) % PLATFORMS.length;
    return broken ? { ...account, fault: faultOf(index)[0] } : account;
  });
}

function faultOf(index) {
  return FAULTS[Math.floor(index / ONE_IN / PLATFORMS.length) % FAULTS.length];
}

if (process.send) await servePlatforms();
else await soak();

async function servePlatforms() {
  const sandbox = await startSandbox({ accounts: accountsOfSoak() });
  process.send(sandbox.urls);
  process.once('disconnect', () => void sandbox.close());
}

async function soak() {
  const child = fork(import.meta.filename);
  const [urls] = await once(child, 'message');
  const database = await openDatabase();
  const accounts = accountsOfSoak();
  const key = generateKey();
  const keyring = createKeyring(key, { allowPlaintext: false });
  await connectAll(database, accounts, keyring);
  const expected = expectedStates(accounts);
  accounts.length = 0;

  const curve = [memory()];
  let ended = 0;
  const startedAt = performance.now();
  const summary = await collect(
    {
      ...{ store: database.store, keyring, now: () => new Date(), secrets: [key] },
      platforms: createPlatforms(loadConfig({ ...urls, ...SANDBOX_CREDENTIALS, ENCRYPTION_KEY: key })),
      // Waiting is what this run does not measure.
      http: { pause: () => new Promise((resolve) => setTimeout(resolve, 5)), answerTimeoutMs: 2_000 },
    },
    {
      ...DEFAULT_OPTIONS,
      window: { kind: 'day', date: DATE },
      trigger: 'soak',
      signal: new AbortController().signal,
    },
    (event) => {
      if (event.type === 'connection' && ++ended % (CONNECTIONS / TENTHS) === 0) curve.push(memory());
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const stored = await database.query(
    `select coalesce(outcomes.outcome, case accounts.reason when 'missing_permission' then 'skipped' else 'failed' end) as state,
       count(*)::int as days
     from public.collection_accounts accounts
     left join public.collection_outcomes outcomes on outcomes.account = accounts.id
     group by 1 order by 1`,
  );
  await database.close();
  child.disconnect();
  report(summary, { curve, seconds, expected, stored });
}

async function openDatabase() {
  const url = process.env.SOAK_DATABASE_URL;
  if (url) {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const store = await openPostgresStore(url);
    await store.applySchema();
    const query = async (text, values) => (await pool.query(text, values)).rows;
    return { store, query, close: () => Promise.all([store.close(), pool.end()]) };
  }
  const database = await PGlite.create();
  const store = storeInside(database, 'PostgreSQL in memory');
  await store.applySchema();
  return { store, query: async (text, values) => (await database.query(text, values)).rows, close: store.close };
}

async function connectAll({ query }, accounts, keyring) {
  const rows = accounts.map(({ userId, platform, accountId, connectedAs, name, accessToken, refreshToken }) => ({
    ...{ user_id: userId, platform, account_id: connectedAs ?? accountId, account_name: name },
    access_token: keyring.encrypt(accessToken),
    refresh_token: refreshToken === undefined ? null : keyring.encrypt(refreshToken),
  }));
  await query(
    `insert into public.platform_connections (user_id, platform, account_id, account_name, access_token, refresh_token)
     select user_id, platform, account_id, account_name, access_token, refresh_token
     from jsonb_populate_recordset(null::public.platform_connections, $1::text::jsonb)`,
    [JSON.stringify(rows)],
  );
}

function expectedStates(accounts) {
  const states = { failed: 0, no_data: 0, settled: 0, skipped: 0 };
  accounts.forEach(({ fault }, index) => {
    states[fault ? faultOf(index)[1] : 'settled']++;
  });
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
