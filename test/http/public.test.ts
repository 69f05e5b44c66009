import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interrupted } from '../../src/errors.js';
import { isPublic, lookupPublic } from '../../src/http/public.js';
import { createTransport, type Transport } from '../../src/http/transport.js';
import { type ConnectProxy, portOf, startConnectProxy } from '../support/connect-proxy.js';

let transport: Transport | undefined;
let server: Server;
let proxy: ConnectProxy | undefined;
let port: number;
let connections: number;

beforeEach(async () => {
  connections = 0;
  server = createServer((_request, response) => response.end('{}')).on('connection', () => connections++);
  port = await portOf(server);
});

afterEach(() => {
  transport?.close();
  server.closeAllConnections();
  server.close();
  proxy?.close();
  proxy = undefined;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function send(url: string, publicOnly = true, signal = new AbortController().signal) {
  transport = createTransport({ concurrency: 1, signal, warn: () => undefined });
  return transport.send({ method: 'GET', url: new URL(url), headers: {}, publicOnly });
}

/** Names stand for these addresses, one list after the other. */
function resolving(...answers: readonly string[][]) {
  const left = [...answers];
  return vi.spyOn(dns, 'lookup').mockImplementation(((
    _host: string,
    _options: object,
    done: (error: null, found: dns.LookupAddress[]) => void,
  ) => {
    const addresses = left.shift() ?? [];
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as unknown as typeof dns.lookup);
}

it.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.19.255.255'],
  ...['198.51.100.7', '203.0.113.9', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::FFFF:7f00:1',
    '::ffff:0:7f00:1',
  ],
  ...['64:ff9b::7f00:1', '64:ff9b::a00:1', '64:ff9b:1::a00:1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::'],
  ...['3fff::1', '4000::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%lo', 'fec0::1', 'ff02::1'],
])('takes %s for an address that is not public', (address) => {
  expect(isPublic(address)).toBe(false);
});

it.each([
  ...['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '192.0.1.1', '198.20.0.1'],
  ...['223.255.255.255', '2606:4700::1111', '2a01:4f8::1', '2001:4860:4860::8888', '2003::1'],
])('takes %s for a public address', (address) => {
  expect(isPublic(address)).toBe(true);
});

describe('a request that may go to public addresses only', () => {
  it.each([
    ...[
      '127.0.0.1',
      '127.1',
      '0x7f.0.0.1',
      '2130706433',
      '0177.0.0.1',
      '127.0.0.1.',
      '１２７.0.0.1',
      '%31%32%37.0.0.1',
    ],
    ...['0.0.0.0', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]'],
    ...['localhost', 'LOCALHOST'],
  ])('is not sent to https://%s', async (host) => {
    await expect(send(`https://${host}:${port}/`)).rejects.toMatchObject({
      reason: 'configuration',
      scope: 'connection',
      message: expect.stringMatching(/has no public address, so it is not asked$/),
    });
    expect(connections).toBe(0);
  });

  it('is sent over https only', async () => {
    await expect(send(`http://mastodon.example:${port}/`)).rejects.toMatchObject({ reason: 'configuration' });
  });

  it('does not reach a private address that a name stands for', async () => {
    const lookup = resolving(['127.0.0.1', '::1']);
    await expect(send(`https://mastodon.example:${port}/`)).rejects.toMatchObject({
      message: `mastodon.example:${port} has no public address, so it is not asked`,
    });
    expect(lookup).toHaveBeenCalledOnce();
    expect(connections).toBe(0);
  });

  it('says what to do when the host cannot be reached', async () => {
    vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, _options: object, done: (error: Error) => void) => {
      done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
    }) as unknown as typeof dns.lookup);
    await expect(send('https://mastodon.example/')).resolves.toMatchObject({
      reason: 'platform_error',
      message: 'cannot reach mastodon.example (ENOTFOUND); if this server is gone for good, remove the connection',
    });
  });

  it('does not use a connection that a request without the condition has left open', async () => {
    const open = createTransport({ concurrency: 1, signal: new AbortController().signal, warn: () => undefined });
    transport = open;
    const url = new URL(`https://localhost:${port}/`);
    await open.send({ method: 'GET', url, headers: {} });
    await expect(open.send({ method: 'GET', url, headers: {}, publicOnly: true })).rejects.toMatchObject({
      reason: 'configuration',
    });
  });

  it.each([
    [
      true,
      null,
      [
        { address: '1.1.1.1', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
      undefined,
    ],
    [false, null, '1.1.1.1', 4],
  ])('connects to the public ones of the addresses that a name stands for', (all, ...given) => {
    resolving(['10.0.0.1', '1.1.1.1', '::1', '2606:4700::1111']);
    const done = vi.fn();
    lookupPublic('mastodon.example', { all }, done);
    expect(done.mock.calls).toEqual([given.filter((each) => each !== undefined)]);
  });

  it('has a proxy connect to the address that was looked up here, not to the name', async () => {
    proxy = await startConnectProxy('refuses');
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
    resolving(['10.0.0.1', '1.1.1.1'], ['127.0.0.1']);
    await send('https://mastodon.example/');
    expect(proxy.asked).toEqual(['CONNECT 1.1.1.1:443']);
    await expect(send('https://mastodon.example/')).rejects.toMatchObject({
      message: 'mastodon.example has no public address, so it is not asked',
    });
    expect(proxy.asked).toHaveLength(1);
  });

  it('names the host behind a proxy to the server, whose certificate must be for it', async () => {
    proxy = await startConnectProxy('swallows');
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
    resolving(['1.1.1.1']);
    const stop = new AbortController();
    const sent = send('https://mastodon.example/', true, stop.signal);
    await expect.poll(() => proxy?.seen()).toContain('mastodon.example');
    stop.abort();
    await expect(sent).rejects.toBeInstanceOf(Interrupted);
  });
});

it('is sent anywhere without that condition', async () => {
  await expect(send(`http://127.0.0.1:${port}/`, false)).resolves.toMatchObject({ status: 200 });
});
