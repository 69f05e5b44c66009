/*
 * Wall time of a run: 150 users, 300 connections, 7 days each, APIs that answer after 100 ms, an embedded PostgreSQL.
 * Beside it the bound that latency alone sets, requests x latency / concurrency, which no program can beat.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openApp, startSandbox } from '../dist/lib/index.js';
import { connectAll, report, seconds, temporaryFolder } from './support.js';

const BIN = fileURLToPath(new URL('../bin/analytics-collect.js', import.meta.url));
const USERS = 150;
const LATENCY_MS = 100;
const CONCURRENCY = 32;
const HELP_BOUND_MS = 150;

const folder = temporaryFolder();
const sandbox = await startSandbox({ users: USERS, latencyMs: LATENCY_MS });
const environment = { ...sandbox.environment, ANALYTICS_DATA_DIR: folder.path };
await connectAll(environment, sandbox.connections);

const opening = performance.now();
const app = await openApp({ environment });
const startUp = performance.now() - opening;

const collecting = performance.now();
const summary = await app.collect({ concurrency: CONCURRENCY, trigger: 'bench' });
const wall = performance.now() - collecting;
await Promise.all([app.close(), sandbox.close()]);
folder.remove();

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

function verdict(ms, limit) {
  return ms <= limit ? 'within' : 'BEYOND';
}
