import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ReportRequest, readReport } from '../../src/report/page/read.js';
import { population } from '../../src/sandbox/population.js';
import { createSessions } from '../../src/server/page/sessions.js';
import type { RunningServer } from '../../src/server/server.js';
import { SECRET, type ServedOptions, served } from '../support/served.js';
import { createWorld, type World } from '../support/world.js';

const TRIGGER = '/api/internal/analytics/trigger-collection';
const STATUS = '/api/internal/analytics/scheduler-status';
const HOSTILE = '<img src=x onerror=alert(1)>"\'&';
const accounts = population({ users: 3, platforms: ['facebook'] });

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts, latencyMs: 50, now: new Date() });
});
afterAll(() => world.close());

const servers: RunningServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await world.query('delete from analytics_snapshots');
  await world.query('delete from collection_accounts');
  await world.query('delete from collection_runs');
});

type Headers = Readonly<Record<string, string>>;

async function serve(options: ServedOptions = {}) {
  const { server, log } = await served(world, options);
  servers.push(server);
  const { host, port } = new URL(server.url);
  const get = (path: string, headers: Headers = {}) => fetch(server.url + path, { headers, redirect: 'manual' });
  const post = (path: string, fields: Headers = {}, headers: Headers = {}) =>
    fetch(server.url + path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: server.url, ...headers },
      redirect: 'manual',
    });
  const signIn = (secret: string, headers: Headers = {}) => post('/login', { secret }, headers);
  /** What a browser that has signed in sends with each request. */
  async function cookie(): Promise<string> {
    const [value = ''] = (await signIn(SECRET)).headers.get('set-cookie')?.split(';') ?? [];
    return value;
  }
  const trigger = () => fetch(server.url + TRIGGER, { method: 'POST', headers: { 'x-cron-secret': SECRET } });
  /** A caller that asks for something and never reads the answer. */
  async function unread(path: string, headers: Headers): Promise<Socket> {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.pause().write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}\r\n`);
    return socket;
  }
  return { server, log, host, get, post, signIn, cookie, trigger, unread };
}

/** Reads a stream of server-sent events. */
function follow({ body }: Response) {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    /** What has come until something expected has. */
    async until(expected: RegExp): Promise<string> {
      while (!expected.test(text)) {
        const chunk = await reader?.read();
        if (chunk === undefined || chunk.done) throw new Error(`the stream ended after ${text}`);
        text += chunk.value;
      }
      return text;
    },
    leave: () => reader?.cancel(),
  };
}

describe('signing in', () => {
  it('is required without a session, and shows nothing before', async () => {
    const { get } = await serve();
    const answer = await get('/');
    expect(answer).toMatchObject({ status: 303 });
    expect(answer.headers.get('location')).toBe('login');
    expect((await get('/progress')).status).toBe(401);
    const form = await get('/login');
    expect(form.status).toBe(200);
    expect(await form.text()).toMatch(/<form[^>]* method="post"[\s\S]*type="password"/);
  });

  it('with the secret opens the page, in a cookie that scripts and other sites cannot use', async () => {
    const { get, signIn } = await serve();
    const answer = await signIn(SECRET);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('./');
    const cookie = answer.headers.get('set-cookie') ?? '';
    const [value = '', ...flags] = cookie.split('; ');
    expect(flags.sort()).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Lax']);
    expect(value).not.toContain(SECRET);
    const page = await get('/', { cookie: value });
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain(SECRET);
    expect((await get('/login', { cookie: value })).headers.get('location')).toBe('./');
  });

  it('over https gives a cookie that is neither sent nor accepted over http', async () => {
    const { get, signIn } = await serve();
    const https = { 'x-forwarded-proto': 'https' };
    const [value = '', ...flags] = (await signIn(SECRET, https)).headers.get('set-cookie')?.split('; ') ?? [];
    expect(value).toMatch(/^__Host-/);
    expect(flags).toContain('Secure');
    expect((await get('/', { ...https, cookie: value })).status).toBe(200);
    expect((await get('/', { cookie: value })).status).toBe(303);
    expect((await get('/', { ...https, cookie: value.replace('__Host-', '') })).status).toBe(303);
  });

  it('with a wrong secret is refused without repeating it, and may be tried again', async () => {
    const { signIn, log } = await serve();
    const refused = await signIn(HOSTILE);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('set-cookie')).toBeNull();
    const text = await refused.text();
    expect(text).toContain('role="alert"');
    expect(text).not.toContain('onerror');
    expect((await signIn('')).status).toBe(401);
    expect((await signIn(SECRET)).status).toBe(303);
    expect(log.join('\n')).toContain('refused 1 request with a wrong secret');
    expect(log.join('\n')).not.toContain('onerror');
  });

  it('makes one client wait after ten wrong secrets, without affecting others and the endpoints', async () => {
    const { server, signIn } = await serve();
    const from = (client: string) => ({ 'x-forwarded-for': `203.0.113.1, ${client}` });
    for (let tries = 0; tries < 10; tries++) expect((await signIn('wrong', from('198.51.100.7'))).status).toBe(401);
    const blocked = await signIn(SECRET, from('198.51.100.7'));
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(blocked.headers.get('set-cookie')).toBeNull();
    expect((await signIn(SECRET, from('198.51.100.8'))).status).toBe(303);
    expect((await fetch(server.url + STATUS, { headers: { 'x-cron-secret': SECRET } })).status).toBe(200);
  });

  it('makes all clients wait after a hundred wrong secrets, without affecting the endpoints', async () => {
    const { server, signIn } = await serve();
    for (let client = 0; client < 100; client++)
      expect((await signIn('wrong', { 'x-forwarded-for': `2001:db8::${client}` })).status).toBe(401);
    expect((await signIn(SECRET, { 'x-forwarded-for': '198.51.100.9' })).status).toBe(429);
    expect((await fetch(server.url + STATUS, { headers: { 'x-cron-secret': SECRET } })).status).toBe(200);
  });

  it('refuses forms of other sites and forms that are too large', async () => {
    const { signIn, post, cookie } = await serve();
    expect((await signIn(SECRET, { origin: 'https://example.com' })).status).toBe(403);
    expect((await signIn(SECRET, { origin: 'null', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post('/logout', {}, { cookie: await cookie(), origin: 'https://example.com' })).status).toBe(403);
    expect((await signIn('x'.repeat(5_000))).status).toBe(413);
  });

  it('works behind a proxy with TLS, whether the browser sends its origin or its site', async () => {
    const { host, signIn } = await serve();
    expect((await signIn(SECRET, { origin: `https://${host}`, 'x-forwarded-proto': 'https' })).status).toBe(303);
    const renamed = { origin: 'https://reports.example.com', 'sec-fetch-site': 'same-origin' };
    expect((await signIn(SECRET, renamed)).status).toBe(303);
  });
});

describe('a session', () => {
  it('ends when the browser signs out, even for copies of its cookie', async () => {
    const { get, post, cookie } = await serve();
    const value = await cookie();
    const answer = await post('/logout', {}, { cookie: value });
    expect(answer).toMatchObject({ status: 303 });
    expect(answer.headers.get('location')).toBe('login');
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await get('/', { cookie: value })).status).toBe(303);
    expect((await get('/progress', { cookie: value })).status).toBe(401);
  });

  it('is not opened by a cookie that was tampered with, has expired or is of another secret', async () => {
    const { get, cookie } = await serve();
    const value = await cookie();
    const [name = '', token = ''] = value.split('=');
    const expired = createSessions({ secret: SECRET, now: () => Date.now() - 43_200_000 }).begin();
    const foreign = createSessions({ secret: `${SECRET}2`, now: Date.now }).begin();
    for (const wrong of [`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, expired, foreign, SECRET, '%00']) {
      expect((await get('/', { cookie: `${name}=${wrong}` })).status).toBe(303);
      expect((await get('/progress', { cookie: `${name}=${wrong}` })).status).toBe(401);
    }
    expect((await get('/', { cookie: value })).status).toBe(200);
  });
});

describe('the page', () => {
  it('may run only its own script, and is neither framed, stored nor sent as a referrer', async () => {
    const { get, cookie } = await serve();
    const value = await cookie();
    for (const [path, headers] of [
      ['/', { cookie: value }],
      ['/', {}],
      ['/login', {}],
    ] as const) {
      const answer = await get(path, headers);
      const csp = answer.headers.get('content-security-policy') ?? '';
      expect(csp).toContain("default-src 'none'");
      expect(csp).toContain("frame-ancestors 'none'");
      expect(csp).toContain("form-action 'self'");
      expect(csp).not.toMatch(/script-src[^;]*unsafe/);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
    const [one, other] = await Promise.all([get('/', { cookie: value }), get('/', { cookie: value })]);
    const [, nonce = ''] = /script-src 'nonce-([^']+)'/.exec(one.headers.get('content-security-policy') ?? '') ?? [];
    expect(await one.text()).toContain(`<script nonce="${nonce}">`);
    expect(other.headers.get('content-security-policy')).not.toContain(nonce);
  });

  it('shows the last run and the next one, whichever process runs them', async () => {
    const { get, cookie } = await serve();
    const headers = { cookie: await cookie() };
    expect(await (await get('/', headers)).text()).toContain('No run yet');
    await world.collect({ trigger: 'cli' });
    await vi.waitFor(
      async () => {
        const text = await (await get('/', headers)).text();
        expect(text).toContain('3 <small>of 3</small>');
        expect(text).toMatch(/Next run/);
      },
      { timeout: 15_000, interval: 500 },
    );
  });

  it('says that a run of another process is in progress', async () => {
    await world.store.beginRun({ scope: 'all', trigger: 'cli', isFull: true });
    const { get, cookie } = await serve();
    expect(await (await get('/', { cookie: await cookie() })).text()).toContain('Another process is collecting');
  });

  it('shows the report, made once for many readers and again after a run', async () => {
    const report = vi.fn((request: ReportRequest) => readReport(world, request, new Date()));
    const { get, cookie, trigger } = await serve({ app: { report } });
    const headers = { cookie: await cookie() };
    await get('/login');
    expect(report).not.toHaveBeenCalled();
    const look = async () => (await get('/', headers)).text();
    const pages = await Promise.all(Array.from({ length: 20 }, look));
    expect(pages.filter((page) => page.includes('nothing has been collected yet'))).toHaveLength(20);
    expect(report).toHaveBeenCalledTimes(1);
    expect((await trigger()).status).toBe(202);
    await vi.waitFor(async () => expect(await look()).toContain('accounts are up to date'), {
      timeout: 15_000,
      interval: 200,
    });
    const [page = '', ...others] = await Promise.all(Array.from({ length: 20 }, look));
    expect(others).toHaveLength(19);
    expect(page).toContain('<svg');
    expect(page.match(/<(main|h1)\b/g)).toEqual(['<h1', '<main']);
    expect(report).toHaveBeenCalledTimes(2);
  });

  it('shows the progress of a run before the report is made', async () => {
    let make: () => void = () => undefined;
    const { get, cookie } = await serve({
      app: {
        async report(request) {
          await new Promise<void>((resolve) => {
            make = resolve;
          });
          return readReport(world, request, new Date());
        },
      },
    });
    const page = follow(await get('/', { cookie: await cookie() }));
    expect(await page.until(/No run yet[\s\S]*<\/script>/)).not.toContain('<main');
    make();
    await page.until(/<main[\s\S]*<\/html>/);
  });

  it('is shown without details while the database cannot be reached', async () => {
    const away = () => Promise.reject(new Error('password of postgres://u:p@h/d'));
    const { get, cookie } = await serve({
      app: { store: { ...world.store, lastRuns: away }, report: away },
    });
    const answer = await get('/', { cookie: await cookie() });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toContain('database cannot be reached');
    expect(text).toContain('report could not be made');
    expect(text).not.toContain('postgres://');
  });

  it('shows a run in progress and its failures, every name escaped, and no token', async () => {
    const { get, cookie, trigger } = await serve({
      app: {
        store: world.store,
        collect: (options, onEvent) =>
          world.collect({ ...options, concurrency: 1 }, (event) => {
            const failed = { accountName: HOSTILE, userId: HOSTILE, result: 'failed', reason: 'api_error' } as const;
            onEvent(
              event.type === 'connection'
                ? { type: 'connection', connection: { ...event.connection, ...failed, message: HOSTILE } }
                : event,
            );
          }),
      },
    });
    const headers = { cookie: await cookie() };
    expect((await trigger()).status).toBe(202);
    const stream = await get('/progress', headers);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    const events = follow(stream);
    const text = await events.until(/api_error/);
    await events.leave();
    expect(text).toContain('event: panel');
    expect(text).toContain('&lt;img');
    const page = await (await get('/', headers)).text();
    expect(page).toContain('&lt;img');
    for (const shown of [text, page]) {
      expect(shown).not.toContain('<img');
      expect(accounts.filter(({ accessToken }) => shown.includes(accessToken))).toEqual([]);
    }
  });
});

describe('the stream of the progress', () => {
  it('counts up to the end of a run', async () => {
    let finish: () => void = () => undefined;
    const { get, cookie, trigger } = await serve({
      app: {
        store: world.store,
        async collect(options, onEvent) {
          const summary = await world.collect(options, onEvent);
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          return summary;
        },
      },
    });
    const events = follow(await get('/progress', { cookie: await cookie() }));
    await events.until(/data-state="none"/);
    expect((await trigger()).status).toBe(202);
    await events.until(/data-state="running" data-title="100 %"[\s\S]*3 <small>of 3</);
    finish();
    await events.until(/data-state="ended"/);
    await events.leave();
  });

  it('is not opened by a HEAD request', async () => {
    const { server, get, cookie } = await serve();
    const headers = { cookie: await cookie() };
    for (let asked = 0; asked < 40; asked++) {
      expect((await fetch(`${server.url}/progress`, { method: 'HEAD', headers })).status).toBe(200);
    }
    const events = follow(await get('/progress', headers));
    await events.until(/event: panel/);
    await events.leave();
  });

  it('ends with the session', async () => {
    const { get, post, cookie } = await serve();
    const headers = { cookie: await cookie() };
    const stream = await get('/progress', headers);
    await post('/logout', {}, headers);
    await stream.text();
  });

  it('takes 32 readers, and others once some have left', async () => {
    const { get, cookie } = await serve();
    const headers = { cookie: await cookie() };
    const streams = await Promise.all(Array.from({ length: 32 }, () => get('/progress', headers)));
    expect(streams.map(({ status }) => status)).toEqual(Array(32).fill(200));
    const refused = await get('/progress', headers);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await streams[0]?.body?.cancel();
    await vi.waitFor(
      async () => {
        const { status, body } = await get('/progress', headers);
        await body?.cancel();
        expect(status).toBe(200);
      },
      { timeout: 10_000, interval: 100 },
    );
    await Promise.all(streams.slice(1).map(({ body }) => body?.cancel()));
  });

  it('delays neither runs nor other callers, however many clients do not read it', async () => {
    const { server, cookie, trigger, unread } = await serve();
    const headers = { Cookie: await cookie() };
    await Promise.all(Array.from({ length: 400 }, () => unread('/progress', headers)));
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await trigger()).status).toBe(202);
    await vi.waitFor(
      async () => {
        const runs = await world.query('select status from collection_runs');
        expect(runs).toEqual([{ status: 'completed' }]);
        expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  it('does not keep the server from stopping', async () => {
    const { server, get, cookie, unread } = await serve();
    const headers = { cookie: await cookie() };
    const stream = await get('/progress', headers);
    await unread('/progress', headers);
    await sleep(100);
    await server.stop();
    await expect(stream.text()).rejects.toThrow();
  });
});
