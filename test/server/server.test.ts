import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LeaseHeld } from '../../src/errors.js';
import { population } from '../../src/sandbox/population.js';
import type { RunningServer } from '../../src/server/server.js';
import { SECRET, type ServedOptions, served } from '../support/served.js';
import { createWorld, type World } from '../support/world.js';

const BASE = '/api/internal/analytics';
const TRIGGER = `${BASE}/trigger-collection`;
const OLDER_TRIGGER = '/api/internal/trigger-analytics-collection';
const STATUS = `${BASE}/scheduler-status`;
/** A run goes on for half a second. */
const accounts = population({ users: 3, platforms: ['facebook'] });
const LATENCY_MS = 50;
/** As Python writes an instant of UTC. */
const OFFSET_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts, latencyMs: LATENCY_MS, now: new Date() });
});
afterAll(() => world.close());

const servers: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await world.query('delete from analytics_snapshots');
  await world.query('delete from collection_accounts');
  await world.query('delete from collection_runs');
});

async function serve(options: ServedOptions = {}) {
  const { server, log } = await served(world, options);
  servers.push(server);

  async function ask(
    method: string,
    path: string,
    { secret = SECRET, body }: { secret?: string | null; body?: string } = {},
  ) {
    const answer = await fetch(server.url + path, {
      method,
      headers: secret === null ? {} : { 'x-cron-secret': secret },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: text === '' ? null : JSON.parse(text) };
  }
  const ended = (runId: string) =>
    vi.waitFor(
      async () => {
        const { json } = await ask('GET', `${BASE}/runs/${runId}`);
        expect(json.data.status).not.toBe('running');
        return json.data;
      },
      { timeout: 30_000, interval: 50 },
    );
  return { server, log, ask, ended };
}

describe('the scheduler status', () => {
  it('is readable by callers of the old scheduler, and includes the last run', async () => {
    const { ask, ended } = await serve();
    const before = await ask('GET', STATUS);
    expect(before).toMatchObject({ status: 200 });
    const atHour = (hour: number) =>
      Math.ceil((Date.now() - hour * 3_600_000) / 86_400_000) * 86_400_000 + hour * 3_600_000;
    const next = new Date(Math.min(atHour(2), atHour(9)));
    expect(before.json).toEqual({
      success: true,
      data: {
        status: 'running',
        jobs: [
          {
            id: 'daily_analytics_collection',
            name: 'Daily Analytics Collection',
            next_run: `${next.toISOString().slice(0, 19)}+00:00`,
            trigger: "cron[hour='2,9', minute='0']",
          },
        ],
        last_run: null,
      },
    });

    const { json } = await ask('POST', TRIGGER);
    const run = await ended(json.run_id);
    await sleep(1_000);
    const { data } = (await ask('GET', STATUS)).json;
    expect(data.last_run).toMatchObject({
      run_id: run.run_id,
      trigger: 'http',
      status: 'completed',
      started_at: expect.stringMatching(OFFSET_INSTANT),
      finished_at: expect.stringMatching(OFFSET_INSTANT),
    });
    expect(data.last_run.summary.connections).toEqual(run.summary.connections);
    expect(data.last_run.summary).not.toHaveProperty('failures');
  });
});

describe('a trigger', () => {
  it('starts a run in the background that can be followed by its id', async () => {
    const { ask, ended } = await serve();
    const { status, json } = await ask('POST', TRIGGER);
    expect(status).toBe(202);
    expect(json).toEqual({
      success: true,
      message: 'Analytics collection job started in background',
      triggered_at: expect.stringMatching(OFFSET_INSTANT),
      run_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const running = await ask('GET', `${BASE}/runs/${json.run_id}`);
    expect(running.json.data).toMatchObject({ status: 'running', finished_at: null, summary: null });
    expect(await ended(json.run_id)).toMatchObject({
      status: 'completed',
      summary: { connections: { total: accounts.length, succeeded: accounts.length } },
    });
  });

  it.each([TRIGGER, OLDER_TRIGGER])("at %s accepts the body of the application's own pg_cron job", async (path) => {
    const { ask, ended } = await serve();
    const body = JSON.stringify({
      job: 'daily_analytics_collection',
      triggered_by: 'pg_cron',
      timestamp: '2025-12-19 12:30:00+00',
    });
    const { status, json } = await ask('POST', path, { body });
    expect(status).toBe(202);
    expect(json).toMatchObject({ success: true, triggered_at: expect.stringMatching(OFFSET_INSTANT) });
    expect(await ended(json.run_id)).toMatchObject({ scope: 'all', trigger: 'http' });
  });

  it('on the older path also requires the secret and POST', async () => {
    const { ask } = await serve();
    expect(await ask('POST', OLDER_TRIGGER, { secret: null })).toMatchObject({ status: 401 });
    expect(await ask('POST', OLDER_TRIGGER, { body: ' '.repeat(16_385) })).toMatchObject({ status: 413 });
    const wrongMethod = await ask('GET', OLDER_TRIGGER);
    expect(wrongMethod).toMatchObject({ status: 405, json: { success: false } });
    expect(wrongMethod.headers.get('allow')).toBe('POST');
  });

  it('collects what its body names', async () => {
    const { ask, ended } = await serve();
    const [first] = accounts;
    const body = JSON.stringify({ user: first?.userId, platforms: ['facebook'] });
    const { json } = await ask('POST', TRIGGER, { body });
    expect(await ended(json.run_id)).toMatchObject({
      scope: `user:${first?.userId}`,
      summary: { connections: { total: 1 } },
    });
  });

  it('is answered with 409 and the id of the current run, even when many come at once', async () => {
    const { ask, ended } = await serve();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('POST', TRIGGER)));
    const [started] = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(4);
    expect(refused.map(({ json }) => json.run_id)).toEqual(Array(4).fill(started?.json.run_id));
    await ended(started?.json.run_id);
    expect(await world.query('select id from collection_runs')).toHaveLength(1);
  });

  it("is answered with 409 and the id of another process's run", async () => {
    const { ask } = await serve();
    const lease = await world.store.beginRun({ scope: 'all', trigger: 'cli', isFull: true });
    expect(await ask('POST', TRIGGER)).toMatchObject({
      status: 409,
      json: { success: false, run_id: lease.held && lease.runId },
    });
  });

  it('is refused with the name of the wrong field, and starts nothing', async () => {
    const { ask } = await serve();
    for (const [body, field] of [
      ['{"date": "tomorrow"}', 'date'],
      ['{"platforms": ["myspace"]}', 'platforms'],
      ['not JSON', null],
    ] as const) {
      expect(await ask('POST', TRIGGER, { body })).toMatchObject({ status: 400, json: { success: false, field } });
    }
    expect(await world.query('select id from collection_runs')).toEqual([]);
  });

  it('is refused for a user without any connection, and starts nothing', async () => {
    const { ask, log } = await serve();
    const [first] = accounts;
    const answer = await ask('POST', TRIGGER, { body: JSON.stringify({ user: `${first?.userId}x` }) });
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'invalid_request' }, field: 'user' } });
    expect(log.filter((line) => line.includes('failed'))).toEqual([
      expect.stringContaining(`Did you mean "${first?.userId}"`),
    ]);
    expect(await world.query('select id from collection_runs')).toEqual([]);
  });

  it('for a platform without accounts starts a run that fails, unless empty runs are allowed', async () => {
    const body = JSON.stringify({ platforms: ['linkedin'] });
    const strict = await serve();
    const { json } = await strict.ask('POST', TRIGGER, { body });
    expect(await strict.ended(json.run_id)).toMatchObject({
      status: 'failed',
      summary: { error: expect.stringContaining('no active linkedin connections') },
    });
    const lenient = await serve({ allowEmpty: true });
    const second = await lenient.ask('POST', TRIGGER, { body });
    expect(await lenient.ended(second.json.run_id)).toMatchObject({ status: 'completed' });
  });

  it('is refused when its body exceeds 16 kB, with or without a Content-Length', async () => {
    const { ask, server } = await serve();
    expect(await ask('POST', TRIGGER, { body: ' '.repeat(16_384) })).toMatchObject({ status: 202 });
    expect(await ask('POST', TRIGGER, { body: ' '.repeat(16_385) })).toMatchObject({ status: 413 });
    expect(await streamedWithoutEnd(server.url + TRIGGER)).toBe(413);
  });
});

describe('a stranger', () => {
  it('learns nothing without the secret, and has to wait after ten attempts', async () => {
    const { ask, log } = await serve();
    for (const path of [STATUS, `${BASE}/runs/x`, `${BASE}/no-such-thing`]) {
      expect(await ask('GET', path, { secret: null })).toMatchObject({ status: 401, json: { success: false } });
    }
    for (let tries = 3; tries < 10; tries++)
      expect(await ask('POST', TRIGGER, { secret: 'wrong' })).toMatchObject({ status: 401 });
    const blocked = await ask('POST', TRIGGER, { secret: 'wrong' });
    expect(blocked).toMatchObject({ status: 429, json: { success: false } });
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await ask('GET', STATUS)).toMatchObject({ status: 200 });
    expect(await world.query('select id from collection_runs')).toEqual([]);
    expect(log.join('\n')).toContain('refused 1 request with a wrong secret');
    expect(log.join('\n')).not.toMatch(new RegExp(`${SECRET}|wrong$`, 'm'));
  });

  it('can check that the server is alive and ready', async () => {
    const { ask } = await serve();
    expect(await ask('GET', '/healthz', { secret: null })).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await ask('GET', '/readyz', { secret: null })).toMatchObject({ status: 200, json: { status: 'ready' } });
  });
});

describe('callers that never finish their requests', () => {
  const HALF = {
    nothing: '',
    'half of the headers': 'GET /healthz HTTP/1.1\r\nHost: x\r\n',
    'half of the body': `POST ${TRIGGER} HTTP/1.1\r\nHost: x\r\nX-Cron-Secret: ${SECRET}\r\nContent-Length: 9\r\n\r\n{`,
  };

  it('are closed', async () => {
    const { server } = await serve();
    await Promise.all(Object.values(HALF).map((text) => slowCaller(server, text).then(({ closed }) => closed)));
  }, 30_000);

  it('make room for others, however many they are', async () => {
    const { server, ask } = await serve();
    const callers = await Promise.all(
      Array.from({ length: 400 }, (_, index) => slowCaller(server, Object.values(HALF)[index % 3] ?? '')),
    );
    expect(await ask('GET', '/healthz', { secret: null })).toMatchObject({ status: 200 });
    expect(await ask('GET', STATUS)).toMatchObject({ status: 200 });
    await vi.waitFor(() => expect(callers.filter(({ socket }) => !socket.closed).length).toBeLessThanOrEqual(256));
    for (const { socket } of callers) socket.destroy();
  });
});

it('gets JSON answers for unknown paths and methods', async () => {
  const { ask } = await serve();
  const wrongMethod = await ask('GET', TRIGGER);
  expect(wrongMethod).toMatchObject({ status: 405, json: { success: false } });
  expect(wrongMethod.headers.get('allow')).toBe('POST');
  expect(await ask('DELETE', STATUS)).toMatchObject({ status: 405, json: { success: false } });
  expect(await ask('GET', '/no-such-page')).toMatchObject({ status: 404, json: { success: false } });
  expect(await ask('DELETE', '/')).toMatchObject({ status: 405, json: { success: false } });
  for (const id of ['x', '00000000-0000-4000-8000-000000000000']) {
    expect(await ask('GET', `${BASE}/runs/${id}`)).toMatchObject({ status: 404, json: { success: false } });
  }
});

describe('a server with a problem', () => {
  it('survives a run that crashes, and gives the reason only in the log', async () => {
    let crash = true;
    const { ask, ended, log } = await serve({
      app: {
        store: world.store,
        collect: async (given, onEvent) => {
          if (crash) throw new TypeError('inside of the run');
          return world.collect(given, onEvent);
        },
      },
    });
    const answer = await ask('POST', TRIGGER);
    expect(answer).toMatchObject({ status: 500, json: { success: false } });
    expect(answer.text).not.toContain('inside of the run');
    expect(log.join('\n')).toContain('inside of the run');
    crash = false;
    const { json } = await ask('POST', TRIGGER);
    expect(await ended(json.run_id)).toMatchObject({ status: 'completed' });
  });

  it('reports that it is not ready while the database is unreachable, without details', async () => {
    const away = () => Promise.reject(new Error('password of postgres://u:p@h/d'));
    const { ask } = await serve({
      app: { collect: world.collect, store: { ...world.store, check: away, lastRuns: away, readRun: away } },
    });
    for (const [path, status] of [
      ['/readyz', 503],
      [STATUS, 500],
      [`${BASE}/runs/00000000-0000-4000-8000-000000000000`, 500],
    ] as const) {
      const answer = await ask('GET', path);
      expect(answer).toMatchObject({ status });
      expect(answer.text).not.toContain('postgres://');
    }
    expect(await ask('GET', '/healthz')).toMatchObject({ status: 200 });
  });

  it('refuses an address that is taken', async () => {
    const { server } = await serve();
    await expect(serve({ port: Number(new URL(server.url).port) })).rejects.toMatchObject({ code: 'address_taken' });
  });
});

describe('a scheduled run', () => {
  const TWO = new Date('2026-11-22T02:00:00Z');
  const minutesPast = (minutes: number) => () => new Date(TWO.getTime() + minutes * 60_000);
  const triggers = async () => (await world.query('select trigger from collection_runs')).map(({ trigger }) => trigger);
  const catchUp = (minutes: number) => serve({ graceMs: 3_600_000, now: minutesPast(minutes) });

  it('is started up to an hour late if it was missed', async () => {
    await catchUp(59);
    await vi.waitFor(async () => expect(await triggers()).toEqual(['catch-up']));
  });

  it('is not started later than that, nor if another run has replaced it', async () => {
    await catchUp(61);
    await world.query(
      `insert into collection_runs (scope, trigger, status, started_at) values ('all', 'cron', 'partial', $1)`,
      [minutesPast(1)().toISOString()],
    );
    await catchUp(30);
    await sleep(300);
    expect(await triggers()).toEqual(['cron']);
  });

  it('is started once for any number of missed times', async () => {
    await serve({ graceMs: 86_400_000, now: () => new Date('2026-11-22T09:30:00Z') });
    await vi.waitFor(async () => expect(await triggers()).toEqual(['catch-up']));
    await world.query("update collection_runs set status = 'completed', started_at = '2026-11-22T09:30:00Z'");
    await serve({ graceMs: 86_400_000, now: () => new Date('2026-11-22T09:40:00Z') });
    await sleep(300);
    expect(await triggers()).toEqual(['catch-up']);
  });

  it('is started if it was missed, even if an earlier one on that day ran', async () => {
    await world.query(
      "insert into collection_runs (scope, trigger, status, started_at) values ('all', 'schedule', 'completed', '2026-11-22T02:00:01Z')",
    );
    await serve({ graceMs: 3_600_000, now: () => new Date('2026-11-22T09:30:00Z') });
    await vi.waitFor(async () => expect(await triggers()).toEqual(['schedule', 'catch-up']));
  });

  it('starts at its time', async () => {
    const { log } = await serve({ cron: '* * * * * *' });
    await vi.waitFor(async () => expect(await triggers()).toContain('schedule'), { timeout: 10_000 });
    expect(log).toContainEqual(expect.stringContaining('started by schedule'));
  });
});

it('is not started late once the next scheduled time has come', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let now = new Date('2026-11-22T08:50:00Z');
    const collect = vi.fn(() => Promise.reject(new LeaseHeld('r1', now, 'Another run is at work.', 'Wait.')));
    await serve({ app: { store: world.store, collect }, graceMs: 86_400_000, now: () => now });
    await vi.waitFor(() => expect(collect).toHaveBeenCalledTimes(1));
    await vi.advanceTimersByTimeAsync(150_000);
    await vi.waitFor(() => expect(collect).toHaveBeenCalledTimes(2));
    now = new Date('2026-11-22T09:00:01Z');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(collect).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

it('ends when the server stops, which accepts no more requests', async () => {
  const { server, ask } = await serve();
  const { json } = await ask('POST', TRIGGER);
  await server.stop();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  expect((await world.store.readRun(json.run_id))?.status).toMatch(/^(completed|interrupted)$/);
});

/** A caller that says no more than this; `closed` once the server has closed its connection. */
async function slowCaller({ url }: RunningServer, text: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.resume().write(text);
  await Promise.race([once(socket, 'connect'), closed]);
  return { socket, closed };
}

/** Sends a body of unknown length for as long as it is taken; answers the status. */
function streamedWithoutEnd(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', headers: { 'x-cron-secret': SECRET } }, (answer) => {
      clearInterval(writing);
      resolve(answer.statusCode);
      request.destroy();
    });
    request.on('error', reject);
    const writing = setInterval(() => request.write(' '.repeat(4_096)), 5);
  });
}
