import { getEventListeners } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { Interrupted, PlatformError } from '../../src/errors.js';
import { createHttp, type RunLimits } from '../../src/http/client.js';
import type { Judge } from '../../src/http/http.js';
import { simulatedClock } from '../support/clock.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<URL> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(started.address() as AddressInfo).port}/path`);
}

function client(concurrency = 4, limits: Partial<RunLimits> = {}, clock: Clock = systemClock) {
  const stop = new AbortController();
  const counters = { total: 0, retried: 0 };
  const client = createHttp({
    concurrency,
    signal: stop.signal,
    counters,
    clock,
    warn: () => undefined,
    limits: { maxRequests: 1_000, maxDurationMs: 60_000, maxWaitMs: 60_000, ...limits },
  });
  return { stop, counters, http: client.lane('test', 'account'), lane: client.lane, close: client.close };
}

const judge: Judge<unknown> = ({ status, json }) =>
  status === 200
    ? { kind: 'accept', value: json }
    : { kind: 'retry', error: new PlatformError('platform_error', `HTTP ${status}`) };
const get = (url: URL) => ({ method: 'GET' as const, url, headers: {} });

it('retries after a pause, and counts the retry', async () => {
  let calls = 0;
  const url = await serve((_request, response) => {
    response.writeHead(++calls < 3 ? 503 : 200, { 'retry-after': '0' }).end('{"ok":true}');
  });
  const { http, counters } = client();
  await expect(http.ask(get(url), judge)).resolves.toEqual({ ok: true });
  expect(counters).toEqual({ total: 3, retried: 2 });
});

it('spends no attempt on a limit of the app, and sends nothing until it has passed', async () => {
  const sent: number[] = [];
  const clock = simulatedClock(new Date('2026-11-22T09:00:00Z'));
  const url = await serve((_request, response) => {
    sent.push(clock.monotonic());
    response.writeHead(sent.length < 6 ? 429 : 200).end('{"ok":true}');
  });
  const { http, counters } = client(4, { maxWaitMs: 3_600_000, maxDurationMs: 10_000_000 }, clock);
  const overLimit: Judge<unknown> = ({ status, json }) =>
    status === 200
      ? { kind: 'accept', value: json }
      : { kind: 'rest', error: new PlatformError('throttled', 'too many'), ms: 60_000 };
  await expect(http.ask(get(url), overLimit)).resolves.toEqual({ ok: true });
  expect(sent.map((ms) => ms / 60_000)).toEqual([0, 1, 3, 7, 15, 31]);
  expect(counters).toEqual({ total: 6, retried: 5 });
});

it('gives up a request that is over a limit again and again while others are accepted', async () => {
  let refused = 0;
  const url = await serve((request, response) => {
    const isRefused = request.url === '/refused';
    if (isRefused) refused++;
    response.writeHead(isRefused ? 429 : 200).end('{"ok":true}');
  });
  const clock = simulatedClock(new Date('2026-11-22T09:00:00Z'));
  const { http } = client(1, { maxDurationMs: 10_000_000 }, clock);
  const error = new PlatformError('throttled', 'too many');
  const refusing: Judge<unknown> = ({ status, json }) =>
    status === 200 ? { kind: 'accept', value: json } : { kind: 'rest', error, ms: 1_000 };
  const asked = http.ask(get(new URL('/refused', url)), refusing);
  let isOver = false;
  asked.catch(() => undefined).finally(() => (isOver = true));
  while (!isOver) await http.ask(get(url), refusing);
  await expect(asked).rejects.toBe(error);
  expect(refused).toBe(11);
});

it('throws the last error when attempts are used up or the server asks for too long a pause', async () => {
  let calls = 0;
  const url = await serve((_request, response) => {
    calls++;
    response.writeHead(503, { 'retry-after': calls === 1 ? '0' : '3600' }).end();
  });
  await expect(client().http.ask(get(url), judge)).rejects.toMatchObject({
    message: expect.stringContaining('HTTP 503; retry after 60 min'),
    reason: 'throttled',
    scope: 'connection',
  });
  expect(calls).toBe(2);
});

it('never exceeds its number of concurrent requests', async () => {
  let [underWay, most] = [0, 0];
  const url = await serve((_request, response) => {
    most = Math.max(most, ++underWay);
    setTimeout(() => {
      underWay--;
      response.end('{}');
    }, 10);
  });
  const { http } = client(3);
  await Promise.all(Array.from({ length: 20 }, () => http.ask(get(url), judge)));
  expect(most).toBe(3);
});

it('follows no redirect, which could send a token to another host', async () => {
  const paths: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    paths.push(request.url);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  const refuse: Judge<never> = ({ status }) => ({
    kind: 'refuse',
    error: new PlatformError('unexpected_response', `HTTP ${status}`),
  });
  await expect(client().http.ask(get(url), refuse)).rejects.toThrow('HTTP 302');
  expect(paths).toEqual(['/path']);
});

it('cancels requests in progress, and sends no more, when the run stops', async () => {
  let calls = 0;
  const url = await serve(() => void calls++);
  const { http, stop } = client(1);
  const both = Promise.allSettled([http.ask(get(url), judge), http.ask(get(url), judge)]);
  await expect.poll(() => calls).toBe(1);
  stop.abort();
  for (const result of await both)
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(Interrupted) });
  expect(calls).toBe(1);
});

it('names only the host when it cannot be reached', async () => {
  const url = await serve((request) => request.socket.destroy());
  url.searchParams.set('appsecret_proof', 'not-to-be-told');
  const once: Judge<unknown> = judge;
  const { http, stop } = client();
  const asked = http.ask(get(url), once);
  setTimeout(() => stop.abort(), 20_000).unref();
  await expect(asked).rejects.toThrow(`cannot reach ${url.host} (ECONNRESET)`);
});

it('leaves nothing behind on the run’s signal', async () => {
  const url = await serve((_request, response) => void response.end('{}'));
  const { http, stop, close } = client();
  for (let n = 0; n < 20; n++) await http.ask(get(url), judge);
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
  close();
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

it('sends a POST without a form', async () => {
  const url = await serve(
    (request, response) => void response.end(`{"length":"${request.headers['content-length']}"}`),
  );
  await expect(client().http.ask({ ...get(url), method: 'POST' }, judge)).resolves.toEqual({ length: '0' });
});

it('sends JSON in the place of a form, whatever its characters', async () => {
  const url = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    response.end(JSON.stringify({ body, type: request.headers['content-type'] }));
  });
  const request = { ...get(url), method: 'POST' as const, json: { token: 'ä&=' } };
  await expect(client().http.ask(request, judge)).resolves.toEqual({
    body: '{"token":"ä&="}',
    type: 'application/json',
  });
});

it('cancels an answer of more than 10 MB while it is received', async () => {
  let sent = 0;
  const megabytes = function* () {
    for (; sent < 200; sent++) yield Buffer.alloc(1_000_000, 0x20);
  };
  const url = await serve((_request, response) => void pipeline(megabytes, response).catch(() => undefined));
  await expect(client().http.ask(get(url), judge)).rejects.toThrow('more than 10 MB');
  expect(sent).toBeLessThan(60);
});

it.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
])('accepts an answer compressed with %s', async (encoding, compress) => {
  const url = await serve((request, response) => {
    expect(request.headers['accept-encoding']?.split(', ')).toContain(encoding);
    response.writeHead(200, { 'content-encoding': encoding }).end(compress('{"ok":true}'));
  });
  await expect(client().http.ask(get(url), judge)).resolves.toEqual({ ok: true });
});

it('cancels a compressed answer that unfolds to more than 10 MB while it is received', async () => {
  const endless = function* () {
    for (const megabyte = Buffer.alloc(1_000_000); ; ) yield megabyte;
  };
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    void pipeline(endless, createGzip(), response).catch(() => undefined);
  });
  await expect(client().http.ask(get(url), judge)).rejects.toThrow('more than 10 MB');
});

it('treats an answer whose compression is broken as one that did not arrive', async () => {
  let calls = 0;
  const url = await serve((_request, response) => {
    const whole = gzipSync('{"ok":true}');
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(calls++ === 0 ? whole.subarray(0, 15) : whole);
  });
  const { http, counters } = client();
  await expect(http.ask(get(url), judge)).resolves.toEqual({ ok: true });
  expect(counters).toEqual({ total: 2, retried: 1 });
});

it('cancels an answer that has begun when the run stops', async () => {
  const url = await serve((_request, response) => void response.write('{"ok":'));
  const { http, stop } = client();
  const asked = http.ask(get(url), judge);
  setTimeout(() => stop.abort(), 100);
  await expect(asked).rejects.toBeInstanceOf(Interrupted);
});

it('tracks each API of a platform separately', async () => {
  const url = await serve((_request, response) => void response.end('{}'));
  const { lane } = client();
  const gone: Judge<unknown> = () => ({
    kind: 'refuse',
    error: new PlatformError('quota_exhausted', 'none left today', 'platform'),
  });
  await expect(lane('test', 'a').ask({ ...get(url), api: 'test data' }, gone)).rejects.toThrow('none left');
  await expect(lane('test', 'b').ask({ ...get(url), api: 'test data' }, judge)).rejects.toThrow('none left');
  await expect(lane('test', 'b').ask({ ...get(url), api: 'test reports' }, judge)).resolves.toEqual({});
  await expect(lane('test', 'b').ask(get(url), judge)).resolves.toEqual({});
});

it("sends nothing after the run's limit of requests or time", async () => {
  let calls = 0;
  const url = await serve((_request, response) => {
    calls++;
    response.end('{}');
  });
  const { http } = client(4, { maxRequests: 2 });
  await Promise.allSettled([1, 2, 3, 4].map(() => http.ask(get(url), judge)));
  expect(calls).toBe(2);
  await expect(http.ask(get(url), judge)).rejects.toMatchObject({ reason: 'quota_exhausted' });
  await expect(client(4, { maxDurationMs: 0 }).http.ask(get(url), judge)).rejects.toMatchObject({
    reason: 'timeout',
  });
  expect(calls).toBe(2);
});

it('waits for a requested rest before it sends the next request', async () => {
  const url = await serve((_request, response) => void response.end('{}'));
  const { http } = client();
  const resting: Judge<unknown> = ({ json }) => ({ kind: 'accept', value: json, rests: [{ of: 'account', ms: 150 }] });
  await http.ask(get(url), resting);
  const from = performance.now();
  await http.ask(get(url), judge);
  expect(performance.now() - from).toBeGreaterThan(120);
});
