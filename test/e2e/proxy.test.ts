import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.js';
import { PATH, receiver } from '../support/receiver.js';
import { certificate, speakTls } from '../support/tls.js';
import { collectJson, expectNoSecrets } from './support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from './support/databases.js';

const COLLECT = ['--lookback', '1', '--refresh'];
const PASSWORD = 'the-password-of-the-proxy';
const accounts = population({ users: 1, platforms: ['instagram', 'facebook', 'youtube', 'linkedin'] });
const tokens = accounts.map(({ accessToken }) => accessToken);

let database: Database;
let sandbox: Sandbox;
let platforms: { readonly port: number; close(): void };
let env: Readonly<Record<string, string>>;
const proxies: ConnectProxy[] = [];
beforeAll(async () => {
  [database, sandbox] = await Promise.all([readyDatabase('embedded'), startSandbox({ accounts })]);
  await connect(database, accounts.map(connectionRow));
  const keys = certificate();
  const [address = ''] = Object.values(sandbox.urls);
  platforms = await speakTls(Number(new URL(address).port), keys);
  const overTls = Object.entries(sandbox.urls).map(([name, url]) => {
    return [name, url.replace(new URL(url).origin, `https://localhost:${platforms.port}`)];
  });
  env = { ...database.env, ...sandbox.environment, ...Object.fromEntries(overTls), NODE_EXTRA_CA_CERTS: keys.certFile };
});
afterAll(async () => {
  for (const proxy of proxies) proxy.close();
  platforms.close();
  await Promise.all([database.close(), sandbox.close()]);
});

async function proxy(...manner: Parameters<typeof startConnectProxy>) {
  const started = await startConnectProxy(...manner);
  proxies.push(started);
  return { ...started, url: `http://someone:${PASSWORD}@127.0.0.1:${started.port}` };
}

it('sends requests and alerts through the proxies of the environment, which see no token', async () => {
  const [secure, plain, chat] = await Promise.all([proxy(), proxy(), receiver()]);
  const run = await collectJson(COLLECT, {
    env: { ...env, HTTPS_PROXY: secure.url, http_proxy: plain.url, HEALTHCHECK_URL: chat.url },
    code: 0,
  });
  expect(run.connections).toMatchObject({ succeeded: accounts.length });
  expect(new Set(secure.asked)).toEqual(new Set([`CONNECT localhost:${platforms.port}`]));
  expect(secure.credentials).toEqual(new Set([`Basic ${Buffer.from(`someone:${PASSWORD}`).toString('base64')}`]));
  expect(secure.seen().length).toBeGreaterThan(1_000);
  expect(tokens.filter((token) => secure.seen().includes(token))).toEqual([]);
  expect(plain.asked).toEqual([expect.stringContaining(`POST ${chat.url}/start`), expect.stringContaining('POST ')]);
  expect(chat.received).toEqual([]);
  expectNoSecrets([...tokens, PASSWORD, PATH]);
});

it('goes directly to the hosts of NO_PROXY', async () => {
  const { url, asked } = await proxy();
  await collectJson(COLLECT, { env: { ...env, https_proxy: url, NO_PROXY: 'example.com,localhost' }, code: 0 });
  expect(asked).toEqual([]);
});

it('blames a proxy that refuses, without its password', async () => {
  const { url } = await proxy('refuses');
  const args = [...COLLECT, '--platform', 'facebook'];
  const run = await collectJson(args, { env: { ...env, HTTPS_PROXY: url }, code: 1 });
  const message = expect.stringMatching(/cannot reach localhost:\d+ through the proxy \(HTTP 407\)/);
  expect(run.failures).toMatchObject([{ reason: 'platform_error', message }]);
  expectNoSecrets([...tokens, PASSWORD]);
});

it('refuses a proxy that does not speak HTTP, without quoting its address', async () => {
  const env5 = { ...env, ALL_PROXY: `socks5://someone:${PASSWORD}@127.0.0.1:1080` };
  const run = await collectJson([...COLLECT, '--platform', 'facebook'], { env: env5, code: 1 });
  expect(run.failures).toMatchObject([{ reason: 'configuration', message: expect.stringContaining('ALL_PROXY') }]);
  expectNoSecrets([PASSWORD]);
});
