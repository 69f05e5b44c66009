import { afterEach, expect, it, vi } from 'vitest';
import { Interrupted } from '../../src/errors.js';
import { createRoutes } from '../../src/http/routes.js';
import { createTransport } from '../../src/http/transport.js';
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.js';

let proxy: ConnectProxy | undefined;
afterEach(() => {
  proxy?.close();
  vi.unstubAllEnvs();
});

const request = { method: 'GET' as const, url: new URL('https://graph.example.com/'), headers: {} };

async function behindSilentProxy() {
  proxy = await startConnectProxy('is silent');
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
  const stop = new AbortController();
  return { proxy, stop, transport: createTransport({ concurrency: 1, signal: stop.signal, warn: () => undefined }) };
}

it.each([
  [{}, 'https://graph.example.com', false],
  [{ HTTPS_PROXY: 'http://proxy:3128' }, 'https://graph.example.com', true],
  [{ https_proxy: 'http://proxy:3128' }, 'https://graph.example.com', true],
  [{ HTTPS_PROXY: 'http://proxy:3128' }, 'http://graph.example.com', false],
  [{ HTTP_PROXY: 'proxy:3128' }, 'http://graph.example.com', true],
  [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.example.com' }, 'https://graph.example.com', false],
  [
    { HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'example.org, graph.example.com' },
    'https://graph.example.com',
    false,
  ],
  [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*' }, 'https://graph.example.com', false],
  [{ HTTPS_PROXY: 'http://proxy:3128' }, 'https://127.0.0.1', true],
  [{ HTTPS_PROXY: '' }, 'https://graph.example.com', false],
])('with %j, whether %s is asked through a proxy is %s', async (env, url, isProxied) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const routes = createRoutes();
  expect(await routes.to(new URL(url))).toMatchObject({ isProxied });
  routes.destroy();
});

it('gives up on a proxy that does not answer', async () => {
  const { transport } = await behindSilentProxy();
  await expect(transport.send(request)).resolves.toMatchObject({
    message: 'cannot reach graph.example.com through the proxy (ETIMEDOUT)',
  });
  transport.close();
});

it('speaks plain HTTP to a proxy that is named without a scheme', async () => {
  const { proxy, stop, transport } = await behindSilentProxy();
  vi.stubEnv('HTTPS_PROXY', `127.0.0.1:${proxy.port}`);
  const sent = transport.send(request);
  await expect.poll(() => proxy.asked).toHaveLength(1);
  stop.abort();
  await expect(sent).rejects.toBeInstanceOf(Interrupted);
});

it('does not wait for a proxy when the run stops', async () => {
  const { proxy, stop, transport } = await behindSilentProxy();
  const sent = transport.send(request);
  await expect.poll(() => proxy.asked).toHaveLength(1);
  stop.abort();
  await expect(sent).rejects.toBeInstanceOf(Interrupted);
});
