import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { receiver } from '../support/receiver.js';
import { expectNoSecrets, home, parseSummary, runCli, startCli, until } from './support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from './support/databases.js';

const LOG = ['collect', '--log', 'json', '--lookback', '1'];

/** One of four connections has a dead token. */
const accounts = population({ users: 4, platforms: ['facebook'] }).map((account, index) =>
  index === 0 ? { ...account, fault: { kind: 'dead_token' as const } } : account,
);

let database: Database;
let sandbox: Sandbox;
beforeAll(async () => {
  [database, sandbox] = await Promise.all([readyDatabase('Supabase'), startSandbox({ accounts })]);
  await connect(database, accounts.map(connectionRow));
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

const env = () => ({ ...database.env, ...sandbox.urls });

/** Fails on a line that is not an event. */
function eventsOf(stderr: string): { type: string; [field: string]: unknown }[] {
  expect(stderr.endsWith('\n')).toBe(true);
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => {
      const event = JSON.parse(line);
      expect(event).toMatchObject({ type: expect.any(String) });
      expect(new Date(event.at).toISOString()).toBe(event.at);
      return event;
    });
}

it('logs a run event by event, ends with the summary, and leaves stdout as it is', async () => {
  const chat = await receiver(503);
  const options = { env: { ...env(), ALERT_WEBHOOK_URL: chat.url, CI: '1', GITHUB_ACTIONS: 'true' } };
  const run = await runCli([...LOG, '--json'], options);
  expect(run.code).toBe(3);
  const events = eventsOf(run.stderr);
  expect(events.map(({ type }) => type)).toEqual([
    'lease',
    'started',
    'connection',
    ...Array(5).fill('phase'),
    // The delivery of the alert, which failed.
    'warning',
    'summary',
  ]);
  expect(events[2]).toMatchObject({
    user_id: accounts[0]?.userId,
    platform: 'facebook',
    result: 'failed',
    reason: 'needs_reconnect',
    message: expect.any(String),
  });
  expect(events.at(-1)?.summary).toEqual(parseSummary(run));
  expectNoSecrets([...database.secrets, ...accounts.map(({ accessToken }) => accessToken), chat.url]);
});

it('logs what a module, a package and Node write to stderr as events, too', async () => {
  const noise = `
    process.emitWarning('take care');
    console.error('one\\ntwo');
    process.stderr.write('no end of line');
    await new Promise((resolve) => setImmediate(resolve));
    export default {};
  `;
  writeFileSync(join(home, 'noisy.mjs'), noise);
  const run = await runCli([...LOG, '--plugin', './noisy.mjs'], { env: env() });
  expect(run.code).toBe(2);
  expect(eventsOf(run.stderr).map(({ type, message, code }) => [type, code ?? message])).toEqual([
    ['message', 'one'],
    ['message', 'two'],
    ['warning', 'Warning: take care'],
    ['error', 'usage'],
    ['message', 'no end of line'],
  ]);
});

it.each([
  [['--lookback', 'x'], 'usage'],
  [['--colour'], 'usage'],
  [['--sandbox', 'late'], 'usage'],
])('logs a mistake in the flags %j', async (flags, code) => {
  const run = await runCli(['collect', ...flags, '--log=json']);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(eventsOf(run.stderr)).toEqual([
    { type: 'error', at: expect.any(String), code, message: expect.any(String), fix: expect.any(String) },
  ]);
});

it('logs that the settings are wrong, without their values', async () => {
  const run = await runCli(LOG, { env: { ...env(), ENCRYPTION_KEY: 'not-a-fernet-key' } });
  expect(run.code).toBe(2);
  expect(eventsOf(run.stderr)).toMatchObject([{ type: 'error', code: 'config_invalid' }]);
  expect(run.stderr).not.toContain('not-a-fernet-key');
});

it('logs that it waits for a database, that it is to stop, and why it failed', async () => {
  const run = startCli(LOG, { env: { ...database.env, SUPABASE_URL: 'http://127.0.0.1:9' } });
  await until(() => run.told().includes('"waiting"'));
  run.kill('SIGTERM');
  const { code, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(eventsOf(stderr).map(({ type, code }) => [type, code])).toEqual([
    ['waiting', 'store_unreachable'],
    ['warning', undefined],
    ['stopping', undefined],
    ['error', 'store_unreachable'],
  ]);
});

it('logs that another process has the database', async () => {
  const embedded = await readyDatabase('embedded');
  const options = { env: { ...embedded.env, INTERNAL_CRON_SECRET: 'e2e-0123456789abcdef' } };
  const first = startCli(['serve', '--port', '0', '--grace', '0'], options);
  await until(() => first.told().includes('listening'));
  const second = await runCli(LOG, options);
  first.kill('SIGTERM');
  await first.ended;
  await embedded.close();
  expect(second.code).toBe(4);
  expect(eventsOf(second.stderr).at(-1)).toMatchObject({ type: 'error', code: 'store_locked' });
});

it.each(['SIGTERM', 'SIGINT'] as const)('ends with the summary when %s interrupts the run', async (signal) => {
  const slow = await startSandbox({ accounts, latencyMs: 100_000 });
  const run = startCli([...LOG, '--refresh'], { env: { ...database.env, ...slow.urls } });
  await until(() => run.told().includes('"started"'));
  run.kill(signal);
  const { code, stderr } = await run.ended;
  await slow.close();
  expect(code).toBe(signal === 'SIGTERM' ? 143 : 130);
  const events = eventsOf(stderr);
  expect(events.map(({ type }) => type)).toContain('stopping');
  expect(events.at(-1)).toMatchObject({ type: 'summary', summary: { status: 'interrupted' } });
});

/** The samples of a text in Prometheus' format, each announced by its HELP and TYPE. */
function samplesOf(text: string): Record<string, number> {
  const samples: Record<string, number> = {};
  let announced = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, name] = /^# TYPE (analytics_collect_[a-z_]+) gauge$/.exec(line) ?? [];
    if (name !== undefined) announced = name;
    if (line.startsWith('#')) continue;
    const [, sample = '', value = ''] = /^([a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) (\S+)$/.exec(line) ?? [];
    expect(sample.replace(/\{.*/, ''), line).toBe(announced);
    samples[sample.replace('analytics_collect_', '')] = Number(value);
  }
  return samples;
}

function metricsFolder(name: string): string {
  const folder = join(home, name);
  mkdirSync(folder);
  return folder;
}

const seconds = (instant: string) => Date.parse(instant) / 1_000;

it('writes metrics of a run that failed in part, without naming anyone', async () => {
  const folder = metricsFolder('partial');
  const args = ['collect', '--json', '--lookback', '1', '--metrics-file', join(folder, 'collect.prom')];
  const run = await runCli(args, { env: env() });
  expect(run.code).toBe(3);
  const { started_at, finished_at, duration_ms, requests, metrics } = parseSummary(run);
  const text = readFileSync(join(folder, 'collect.prom'), 'utf8');
  expect(samplesOf(text)).toMatchObject({
    last_success_timestamp_seconds: seconds(started_at),
    last_run_timestamp_seconds: seconds(finished_at),
    last_run_duration_seconds: duration_ms / 1_000,
    'last_run_status{status="completed"}': 0,
    'last_run_status{status="partial"}': 1,
    'last_run_days{outcome="failed"}': 1,
    'last_run_connections{platform="facebook",result="succeeded"}': 3,
    'last_run_connections{platform="facebook",result="failed"}': 1,
    'last_run_failing_accounts{platform="facebook",reason="needs_reconnect"}': 1,
    last_run_requests: requests.total,
    last_run_retried_requests: requests.retried,
    'last_run_rows{change="inserted"}': metrics.inserted,
    'last_run_rows{change="foreign"}': 0,
  });
  for (const { userId, accountId } of accounts) expect(text).not.toMatch(new RegExp(`${userId}|${accountId}`));
  expect(readdirSync(folder)).toEqual(['collect.prom']);
});

it('writes metrics of a crashed run, which keep the last success; a run that never began does not change them', async () => {
  const path = join(metricsFolder('crashed'), 'collect.prom');
  const collect = ['collect', '--lookback', '1', '--metrics-file', path];
  await runCli(collect, { env: env() });
  const before = samplesOf(readFileSync(path, 'utf8'));

  const empty = await runCli([...collect, '--platform', 'youtube'], { env: env() });
  expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('[no_connections]') });
  const text = readFileSync(path, 'utf8');
  const after = samplesOf(text);
  expect(after).toMatchObject({
    last_success_timestamp_seconds: before.last_success_timestamp_seconds,
    'last_run_status{status="failed"}': 1,
  });
  expect(text).not.toContain('last_run_days');

  const refused = await runCli(collect, { env: { ...env(), SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_wrong' } });
  expect(refused.code).toBe(2);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('warns before the run if the metrics file cannot be written, and runs as usual', async () => {
  const path = join(home, 'no-such-folder', 'collect.prom');
  const run = await runCli([...LOG, '--metrics-file', path], { env: env() });
  expect(run.code).toBe(3);
  const events = eventsOf(run.stderr);
  const message = `--metrics-file: The file ${path} cannot be written: its folder does not exist.`;
  expect(events[0]).toMatchObject({ type: 'warning', message });
  expect(events.filter(({ message }) => String(message).includes('metrics-file'))).toHaveLength(1);
});

it('serves the metrics of the last run behind the secret, also as a bearer token', async () => {
  const secret = 'e2e-0123456789abcdef';
  await runCli(['collect', '--lookback', '1'], { env: env() });
  const server = startCli(['serve', '--port', '0', '--grace', '0'], {
    env: { ...env(), INTERNAL_CRON_SECRET: secret },
  });
  await until(() => server.told().includes('listening on'));
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(server.told()) ?? [];
  const ask = (headers: Record<string, string>) => fetch(`${url}/metrics`, { headers });
  expect((await ask({})).status).toBe(401);
  expect((await ask({ Authorization: 'Bearer wrong-secret' })).status).toBe(401);
  const answer = await ask({ Authorization: `Bearer ${secret}` });
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  expect(samplesOf(text)).toMatchObject({
    running: 0,
    'last_run_status{status="partial"}': 1,
    'last_run_connections{platform="facebook",result="failed"}': 1,
    last_success_timestamp_seconds: expect.any(Number),
  });
  expect(await (await ask({ 'X-Cron-Secret': secret })).text()).toBe(text);
  expect((await fetch(`${url}/metrics`, { method: 'POST', headers: { 'X-Cron-Secret': secret } })).status).toBe(405);
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
});
