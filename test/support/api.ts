import { createServer } from 'node:http';
import { afterEach } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { createRefusals } from '../../src/collector/refusals.js';
import { createHttp } from '../../src/http/client.js';
import type { PlatformContext } from '../../src/platforms/contract.js';

export type Answer = readonly [status: number, json: unknown, headers?: Readonly<Record<string, string>>];

const closers: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** An API on loopback that answers what a test says, for what the sandbox does not do. */
export async function serveApi(answer: (url: URL, token: string) => Answer) {
  const requests: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback');
    requests.push(url);
    const [status, json, headers] = answer(url, request.headers.authorization?.replace('Bearer ', '') ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

/** What the collector lends to a platform. Waiting takes no time, but moves the clock. */
export function lentContext(start: Date, lastEndedDate: string | null = null, maxRequests = 1_000) {
  let clock = start.getTime();
  const now = () => new Date(clock);
  const counters = { total: 0, retried: 0 };
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const client = createHttp({
    concurrency: 8,
    signal: new AbortController().signal,
    counters,
    clock: {
      ...systemClock,
      now,
      sleep: async (ms) => {
        clock += ms;
      },
    },
    warn,
    limits: { maxRequests, maxDurationMs: 3_600_000, maxWaitMs: 300_000 },
  });
  closers.push(client.close);
  const http = client.lane('test', 'account');
  const refusals = createRefusals(warn);
  const account = refusals.of(1, (text) => text);
  const refused: PlatformContext['refused'] = {
    ...account,
    add(...refusal) {
      account.add(...refusal);
      refusals.end();
    },
  };
  const wantsClosing = lastEndedDate !== null;
  const provisional = new Set<string>();
  const context: PlatformContext = { http, now, lastEndedDate, wantsClosing, provisional, refused, warn };
  return { context, client, warnings, counters, now };
}
