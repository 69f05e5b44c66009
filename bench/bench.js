/*
 * Wall time of a night: 150 users, 300 connections, 7 days each, APIs that answer after 100 ms, a PostgreSQL in memory.
 * Beside it the bound that latency alone sets, requests x latency / concurrency, which no program can beat.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DEFAULT_OPTIONS } from '../dist/collector/options.js';
import { loadConfig } from '../dist/config.js';
import { createPlatforms } from '../dist/platforms/registry.js';
import { collect } from '../dist/run/collect.js';
import { SANDBOX_CREDENTIALS } from '../dist/sandbox/oauth.js';
import { population } from '../dist/sandbox/population.js';
import { startSandbox } from '../dist/sandbox/server.js';
import { openEmbeddedStore } from '../dist/store/drivers/embedded.js';
import { generateKey } from '../dist/tokens/fernet.js';
import { createKeyring } from '../dist/tokens/keyring.js';

const BIN = fileURLToPath(new URL('../bin/analytics-collect.js', import.meta.url));
const USERS = 150;
const LATENCY_MS = 100;
const CONCURRENCY = 32;
const HELP_BOUND_MS = 150;

const accounts = population({ users: USERS });
const sandbox = await startSandbox({ accounts, latencyMs: LATENCY_MS });

const opening = performance.now();
const store = await openEmbeddedStore('memory');
const startUp = performance.now() - opening;

const key = generateKey();
const keyring = createKeyring(key, { allowPlaintext: false });
for (const account of accounts) {
  const { userId, platform, accountId, connectedAs, name, accessToken, refreshToken, tokenExpiresAt = null } = account;
  await store.saveConnection({
    ...{ userId, platform, accountId: connectedAs ?? accountId, accountName: name },
    accessToken: keyring.encrypt(accessToken),
    refreshToken: refreshToken === undefined ? null : keyring.encrypt(refreshToken),
    tokenExpiresAt,
  });
}
const platforms = createPlatforms(loadConfig({ ...sandbox.urls, ...SANDBOX_CREDENTIALS, ENCRYPTION_KEY: key }));

const collecting = performance.now();
const summary = await collect(
  { store, keyring, platforms, now: () => new Date(), secrets: [key] },
  {
    ...DEFAULT_OPTIONS,
    ...{ concurrency: CONCURRENCY, trigger: 'bench', signal: new AbortController().signal },
  },
  () => undefined,
);
const wall = performance.now() - collecting;
await Promise.all([store.close(), sandbox.close()]);

const help = Math.min(...Array.from({ length: 5 }, timeHelp));
const bound = (summary.requests.total * LATENCY_MS) / CONCURRENCY;
const allowed = 1.5 * bound + 1000;

report([
  [
    'run',
    `${summary.status}: ${summary.connections.total} connections, ${summary.days.planned} days, ${summary.metrics.inserted} rows`,
  ],
  ['start-up of the database', seconds(startUp)],
  ['wall time of the run', `${seconds(wall)} (${Math.round((summary.requests.total * 1000) / wall)} requests/s)`],
  ['bound', `${seconds(bound)} (${summary.requests.total} requests x ${LATENCY_MS} ms / ${CONCURRENCY})`],
  ['ratio', (wall / bound).toFixed(2)],
  [
    'start-up and run',
    `${seconds(startUp + wall)}, ${verdict(startUp + wall, allowed)} 1.5 x bound + 1 s = ${seconds(allowed)}`,
  ],
  ['--help', `${Math.round(help)} ms, the best of 5, ${verdict(help, HELP_BOUND_MS)} ${HELP_BOUND_MS} ms`],
]);

function timeHelp() {
  const start = performance.now();
  spawnSync(process.execPath, [BIN, '--help']);
  return performance.now() - start;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function verdict(ms, limit) {
  return ms <= limit ? 'within' : 'BEYOND';
}

function report(lines) {
  const width = Math.max(...lines.map(([title]) => title.length));
  process.stdout.write(`${lines.map(([title, text]) => `${title.padEnd(width)}  ${text}`).join('\n')}\n`);
}
