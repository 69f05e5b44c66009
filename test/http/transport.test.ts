import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { createTransport } from '../../src/http/transport.js';
import { portOf } from '../support/connect-proxy.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it.each([
  [false, 'Interrupted'],
  [true, { status: 200, json: { ok: true } }],
])('ends what is in progress when the run stops, unless it is awaited: %s', async (awaited, expected) => {
  const run = new AbortController();
  server = createServer((_request, response) => {
    run.abort();
    setImmediate(() => response.end('{"ok":true}'));
  });
  const url = new URL(`http://127.0.0.1:${await portOf(server)}/`);
  const transport = createTransport({ concurrency: 1, signal: run.signal, warn: () => undefined });
  const request = { method: 'POST', url, headers: {}, form: {}, awaited } as const;
  const answer = await transport.send(request).catch((error: Error) => error.name);
  if (typeof expected === 'string') expect(answer).toBe(expected);
  else expect(answer).toMatchObject(expected);
  await expect(transport.send(request)).rejects.toMatchObject({ name: 'Interrupted' });
  transport.close();
});

it.each([
  ['does not begin', ''],
  ['begins and does not end', '{"ok":'],
])('gives up on an answer that %s, and sends the next request', async (_what, beginning) => {
  let calls = 0;
  server = createServer((_request, response) => {
    if (++calls > 1) response.end('{"ok":true}');
    else if (beginning !== '') response.write(beginning);
  });
  const url = new URL(`http://127.0.0.1:${await portOf(server)}/`);
  const transport = createTransport({
    concurrency: 1,
    signal: new AbortController().signal,
    answerTimeoutMs: 300,
    warn: () => undefined,
  });
  const request = { method: 'GET', url, headers: {} } as const;
  await expect(transport.send(request)).resolves.toMatchObject({
    reason: 'timeout',
    message: `${url.host} did not answer in time (request)`,
  });
  await expect(transport.send(request)).resolves.toMatchObject({ status: 200, json: { ok: true } });
  transport.close();
});
