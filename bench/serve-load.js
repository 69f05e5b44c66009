/*
 * What a run of 1,000 connections suffers from callers of `serve`: 200 requests a second, half of them for the status, half
 * with a wrong secret, for as long as it goes on. First the run alone, then the same run under load, each on a database of
 * its own within the process of the server, where the two are most in each other's way.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SANDBOX_CREDENTIALS } from '../dist/sandbox/oauth.js';
import { population } from '../dist/sandbox/population.js';
import { startSandbox } from '../dist/sandbox/server.js';
import { openEmbeddedStore } from '../dist/store/drivers/embedded.js';
import { generateKey } from '../dist/tokens/fernet.js';
import { createKeyring } from '../dist/tokens/keyring.js';

const BIN = fileURLToPath(new URL('../bin/analytics-collect.js', import.meta.url));
const BASE = '/api/internal/analytics';
const SECRET = 'the-secret-of-the-bench';
const USERS = 500;
const LATENCY_MS = 100;
const REQUESTS_PER_SECOND = 200;
const ALLOWED_RATIO = 1.5;

const key = generateKey();
const accounts = population({ users: USERS });
const sandbox = await startSandbox({ accounts, latencyMs: LATENCY_MS });
const agent = new Agent({ keepAlive: true, maxSockets: 100 });

const alone = await night(() => () => ({}));
const loaded = await night(load);
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
async function night(startLoad) {
  const folder = mkdtempSync(join(tmpdir(), 'analytics-collect-bench-'));
  const store = await openEmbeddedStore({ dataDir: folder });
  const keyring = createKeyring(key, { allowPlaintext: false });
  for (const account of accounts) {
    const {
      userId,
      platform,
      accountId,
      connectedAs,
      name,
      accessToken,
      refreshToken,
      tokenExpiresAt = null,
    } = account;
    await store.saveConnection({
      ...{ userId, platform, accountId: connectedAs ?? accountId, accountName: name },
      accessToken: keyring.encrypt(accessToken),
      refreshToken: refreshToken === undefined ? null : keyring.encrypt(refreshToken),
      tokenExpiresAt,
    });
  }
  await store.close();

  const server = spawn(process.execPath, [BIN, 'serve', '--port', '0', '--grace', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH, ANALYTICS_DATA_DIR: folder, ENCRYPTION_KEY: key, INTERNAL_CRON_SECRET: SECRET },
      ...{ ...sandbox.urls, ...SANDBOX_CREDENTIALS },
    },
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
  rmSync(folder, { recursive: true });
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

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function report(lines) {
  const width = Math.max(...lines.map(([title]) => title.length));
  process.stdout.write(`${lines.map(([title, text]) => `${title.padEnd(width)}  ${text}`).join('\n')}\n`);
}
