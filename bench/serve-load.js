/*
 * What a run of 1,000 connections suffers from callers of `serve`: 500 requests a second, half of them for the status, half
 * with a wrong secret, for as long as it goes on. First the run alone, then the same run under load, each on a database of
 * its own within the process of the server, where the two are most in each other's way.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../dist/lib/index.js';
import { connectAll, report, seconds, temporaryFolder } from './support.js';

const BIN = fileURLToPath(new URL('../bin/analytics-collect.js', import.meta.url));
const BASE = '/api/internal/analytics';
const SECRET = 'the-secret-of-the-bench';
const USERS = 500;
const LATENCY_MS = 100;
const REQUESTS_PER_SECOND = 500;
const ALLOWED_RATIO = 1.1;

const sandbox = await startSandbox({ users: USERS, latencyMs: LATENCY_MS });
const agent = new Agent({ keepAlive: true, maxSockets: 100 });

const alone = await runUnder(() => () => ({}));
const loaded = await runUnder(load);
agent.destroy();
await sandbox.close();

const { statuses, sent, answered, slowest } = loaded.load;
const ratio = loaded.summary.duration_ms / alone.summary.duration_ms;
const lost = sent - answered;
const sameRows = JSON.stringify(loaded.summary.metrics) === JSON.stringify(alone.summary.metrics);
report([
  ['alone', describe(alone.summary)],
  ['under load', describe(loaded.summary)],
  ['ratio', `${ratio.toFixed(2)}, ${ratio <= ALLOWED_RATIO ? 'within' : 'BEYOND'} ${ALLOWED_RATIO}`],
  [
    'requests',
    `${sent} in ${seconds(loaded.load.ms)}: ${Math.round((sent * 1000) / loaded.load.ms)} a second, ${lost} lost`,
  ],
  ['answers', JSON.stringify(statuses)],
  ['slowest answer', `${Math.round(slowest)} ms`],
  ['rows', sameRows ? 'the same in both' : 'DIFFERENT'],
]);
process.exitCode = ratio <= ALLOWED_RATIO && lost === 0 && sameRows ? 0 : 1;

/** Serves on a new database, triggers one run, and answers its summary and what the load met. */
async function runUnder(startLoad) {
  const folder = temporaryFolder();
  const environment = { ...sandbox.environment, ANALYTICS_DATA_DIR: folder.path };
  await connectAll(environment, sandbox.connections);

  const server = spawn(process.execPath, [BIN, 'serve', '--port', '0', '--grace', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, PATH: process.env.PATH, INTERNAL_CRON_SECRET: SECRET },
  });
  const exited = once(server, 'exit');
  const url = await listening(server.stderr);
  const { json } = await ask(url, 'POST', '/trigger-collection', SECRET);
  const stopLoad = startLoad(url);
  let run;
  do {
    await sleep(250);
    run = (await ask(url, 'GET', `/runs/${json.run_id}`, SECRET)).json.data;
  } while (run.status === 'running');
  const met = await stopLoad();
  server.kill('SIGTERM');
  await exited;
  folder.remove();
  return { summary: run.summary, load: met };
}

/** Asks at an even pace, whether answers come or not. */
function load(url) {
  const begun = performance.now();
  const waiting = [];
  const met = { sent: 0, answered: 0, slowest: 0, statuses: {} };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begun) / 1000) * REQUESTS_PER_SECOND);
    for (; met.sent < due; met.sent++) waiting.push(one(met.sent));
  }, 5);

  async function one(index) {
    const asked = performance.now();
    const secret = index % 2 === 0 ? SECRET : 'a-wrong-secret-of-the-bench';
    const { status } = await ask(url, 'GET', '/scheduler-status', secret).catch(({ code }) => ({ status: code }));
    met.statuses[status] = (met.statuses[status] ?? 0) + 1;
    if (typeof status !== 'number' || status >= 500) return;
    met.answered++;
    met.slowest = Math.max(met.slowest, performance.now() - asked);
  }

  return async () => {
    clearInterval(timer);
    const ms = performance.now() - begun;
    await Promise.all(waiting);
    return { ...met, ms };
  };
}

function ask(url, method, path, secret) {
  return new Promise((resolve, reject) => {
    const asking = request(url + BASE + path, { method, agent, headers: { 'x-cron-secret': secret } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, json: JSON.parse(text) })).on('error', reject);
    });
    asking.on('error', reject).end();
  });
}

function listening(stderr) {
  return new Promise((resolve) => {
    let said = '';
    stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      const [url] = /http:\/\/[\d.:]+/.exec(said) ?? [];
      if (url) resolve(url);
    });
  });
}

function describe({ status, connections, metrics, duration_ms }) {
  return `${status}: ${connections.succeeded} of ${connections.total} connections ok, ${metrics.inserted} rows, in ${seconds(duration_ms)}`;
}
