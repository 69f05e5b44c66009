import { writeFileSync } from 'node:fs';
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

it('logs what a module, a package and Node say on stderr as events, too', async () => {
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
