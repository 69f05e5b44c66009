import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { PATH, receiver } from '../support/receiver.js';
import {
  collectJson,
  expectNoSecrets,
  home,
  minutesAgo,
  parseSummary,
  runCli,
  startCli,
  until,
} from './support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from './support/databases.js';
import { daysAgo } from './support/truth.js';

/** One of four connections has a dead token. */
const accounts = population({ users: 4, platforms: ['facebook'] }).map((account, index) =>
  index === 0 ? { ...account, fault: { kind: 'dead_token' as const } } : account,
);
const COLLECT = ['--lookback', '1'];

let database: Database;
let sandbox: Sandbox;
beforeAll(async () => {
  [database, sandbox] = await Promise.all([readyDatabase('Supabase'), startSandbox({ accounts })]);
  await connect(database, accounts.map(connectionRow));
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

const envWith = (more: Readonly<Record<string, string>>) => ({ ...database.env, ...sandbox.urls, ...more });

it('reports a failed run to a chat and a healthcheck, news only once, and nothing secret', async () => {
  const [chat, check] = await Promise.all([receiver(), receiver()]);
  const env = envWith({ ALERT_WEBHOOK_URL: chat.url, HEALTHCHECK_URL: check.url });
  const { run_id: runId, changes } = await collectJson(COLLECT, { env, code: 3 });
  expect(changes.newly_failing).toHaveLength(1);
  await collectJson([...COLLECT, '--allow-failures', '25%'], { env, code: 0 });

  const messages = chat.received.map(({ body }) => JSON.parse(body).text);
  expect(messages).toEqual([
    expect.stringMatching(
      /^analytics-collect: 1 newly failing\npartial: 3 of 4 .*\nfacebook: 1 of 4 failed: 1 needs_reconnect \(1 new\)\nneeds_reconnect → Let the user connect/,
    ),
    expect.stringMatching(/^analytics-collect: nothing new\n/),
  ]);
  expect(check.received.map(({ url }) => url)).toEqual([
    `${PATH}/start?rid=${runId}`,
    `${PATH}/3?rid=${runId}`,
    expect.stringMatching(/\/start\?rid=/),
    expect.stringMatching(new RegExp(`^${PATH}\\?rid=`)),
  ]);
  // A run of named days must not hide that those due are missing.
  await collectJson(['--date', daysAgo(10)], { env, code: 3 });
  expect(check.received).toHaveLength(4);
  const secrets = [...database.secrets, ...accounts.map(({ accessToken }) => accessToken)];
  expectNoSecrets([PATH, ...secrets]);
  const sent = [...chat.received, ...check.received].map(({ body }) => body).join('\n');
  for (const word of [...secrets, ...accounts.map(({ userId }) => userId)]) expect(sent).not.toContain(word);
});

it('exits as usual when the chat and the healthcheck are down', async () => {
  const gone = await receiver(503);
  const nobody = 'http://127.0.0.1:9/T0000-B1111-hook-secret';
  const env = envWith({ ALERT_WEBHOOK_URL: gone.url, HEALTHCHECK_URL: nobody });
  const run = await runCli(['collect', '--json', ...COLLECT], { env });
  expect(run.code).toBe(3);
  expect(parseSummary(run).status).toBe('partial');
  expect(run.stderr).toContain('ALERT_WEBHOOK_URL: delivery failed: HTTP 503');
  expect(run.stderr).toContain('HEALTHCHECK_URL: delivery failed: ECONNREFUSED');
  expect(gone.received).toHaveLength(3);
  expectNoSecrets([PATH, nobody]);
});

it('does not wait for a chat that does not answer when Ctrl-C is pressed', async () => {
  const silent = await receiver(0);
  const run = startCli(['collect', ...COLLECT], { env: envWith({ ALERT_WEBHOOK_URL: silent.url }) });
  await until(() => silent.received.length > 0);
  const pressed = performance.now();
  run.kill('SIGINT');
  expect(await run.ended).toMatchObject({ code: 3 });
  expect(performance.now() - pressed).toBeLessThan(5_000);
});

it.runIf(process.env.TEST_DATABASE_URL)(
  'still alerts about a shared run when SIGTERM stops the process that ended it, as the end of another may',
  async () => {
    const own = await readyDatabase('PostgreSQL');
    await connect(own, accounts.map(connectionRow));
    const chat = await receiver(503, 200);
    const env = { ...own.env, ...sandbox.urls, ALERT_WEBHOOK_URL: chat.url };
    const run = startCli(['collect', '--distributed', ...COLLECT], { env });
    await until(() => chat.received.length === 1);
    run.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 3 });
    expect(chat.received).toHaveLength(2);
    await own.close();
  },
);

it('reports a run that could not start', async () => {
  const [chat, check] = await Promise.all([receiver(), receiver()]);
  const env = { ALERT_WEBHOOK_URL: chat.url, HEALTHCHECK_URL: check.url, SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_wrong' };
  const run = await runCli(['collect', ...COLLECT], { env: { ...database.env, ...env } });
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('store_refused') });
  expect(chat.received[0]?.body).toContain('store_refused');
  expect(check.received).toMatchObject([{ url: `${PATH}/2` }]);
});

it.each(['collect', 'serve'])(
  'reports the wrong settings of %s where the addresses can be read, without values',
  async (command) => {
    const [chat, check] = await Promise.all([receiver(), receiver()]);
    const env = { ALERT_WEBHOOK_URL: chat.url, HEALTHCHECK_URL: check.url, ENCRYPTION_KEY: 'not-a-fernet-key' };
    const run = await runCli([command], { env: { ...database.env, ...env } });
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('config_invalid') });
    expect(chat.received[0]?.body).toContain('ENCRYPTION_KEY is not a Fernet key');
    expect(check.received).toMatchObject([{ url: `${PATH}/2`, body: expect.stringContaining('config_invalid') }]);
    expect(JSON.stringify([chat, check].flatMap(({ received }) => received))).not.toContain('not-a-fernet-key');
  },
);

it('reports wrong settings neither to an address that is itself wrong, nor of a dry run', async () => {
  const check = await receiver();
  const wrong = { ...database.env, HEALTHCHECK_URL: 'not an address' };
  expect(await runCli(['collect'], { env: wrong })).toMatchObject({ code: 2 });
  const env = { ...database.env, HEALTHCHECK_URL: check.url, ENCRYPTION_KEY: 'not-a-fernet-key' };
  expect(await runCli(['collect', '--dry-run'], { env })).toMatchObject({ code: 2 });
  expect(check.received).toEqual([]);
});

it('reports a run that finds the embedded database locked', async () => {
  const check = await receiver();
  const env = {
    ANALYTICS_DATA_DIR: join(home, 'locked'),
    INTERNAL_CRON_SECRET: 'e2e-0123456789abcdef',
    ANALYTICS_CRON: minutesAgo(720),
  };
  const server = startCli(['serve', '--port', '0'], { env });
  await until(() => server.told().includes('listening on'));
  const told = { ...env, HEALTHCHECK_URL: check.url };
  for (const command of ['collect', 'serve']) expect(await runCli([command], { env: told })).toMatchObject({ code: 4 });
  server.kill('SIGTERM');
  await server.ended;
  const ping = { url: `${PATH}/4`, body: expect.stringContaining('store_locked') };
  expect(check.received).toMatchObject([ping, ping]);
});

it('sends a test alert', async () => {
  const chat = await receiver();
  const sent = await runCli(['collect', '--alert-test'], { env: { ALERT_WEBHOOK_URL: chat.url } });
  expect(sent).toMatchObject({ code: 0, stderr: '' });
  expect(chat.received).toMatchObject([{ body: expect.stringContaining('test alert') }]);
  expect(await runCli(['collect', '--alert-test'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ALERT_WEBHOOK_URL'),
  });
  const refusing = await receiver(404);
  const refused = await runCli(['collect', '--alert-test'], { env: { ALERT_WEBHOOK_URL: refusing.url } });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('HTTP 404') });
});
