import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { expectNoSecrets, minutesAgo, type RunningCli, runCli, startCli, until } from './support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from './support/databases.js';

const SECRET = 'e2e-0123456789abcdef';
const BASE = '/api/internal/analytics';
const accounts = population({ users: 30, platforms: ['facebook'] });
/** A run of 32 requests at once goes on for some seconds. */
const LATENCY_MS = 1_000;

let database: Database;
let sandbox: Sandbox;
beforeAll(async () => {
  [database, sandbox] = await Promise.all([
    readyDatabase('Supabase'),
    startSandbox({ accounts, latencyMs: LATENCY_MS }),
  ]);
  await connect(database, accounts.map(connectionRow));
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

async function serve(env: Readonly<Record<string, string>>) {
  const server = startCli(['serve', '--port', '0'], {
    // Half a day from any time of the schedule, unless a test names one: the usual times may have been missed just now.
    env: { ...database.env, ...sandbox.urls, INTERNAL_CRON_SECRET: SECRET, ANALYTICS_CRON: minutesAgo(720), ...env },
  });
  await until(() => server.told().includes('listening on'));
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(server.told()) ?? [];
  const ask = (method: string, path: string) =>
    fetch(`${url}${BASE}${path}`, { method, headers: { 'x-cron-secret': SECRET } });
  return { server, url, ask };
}

/** The cookie that a browser has once it has signed in. */
async function signIn(url: string): Promise<string> {
  const form = { method: 'POST', body: new URLSearchParams({ secret: SECRET }), headers: { origin: url } };
  const answer = await fetch(`${url}/login`, { ...form, redirect: 'manual' });
  const [cookie = ''] = answer.headers.get('set-cookie')?.split(';') ?? [];
  expect(cookie).not.toBe('');
  return cookie;
}

async function stopped(server: RunningCli) {
  server.kill('SIGTERM');
  const end = await server.ended;
  expect(end, end.stderr).toMatchObject({ code: 0, stdout: '' });
  return end;
}

const runs = () => database.query('select id::text, trigger, status from collection_runs order by started_at');

describe('serve', () => {
  it.each([
    ['without a secret', {}],
    ['with a short one', { INTERNAL_CRON_SECRET: 'fifteen-letters' }],
  ])('refuses to start %s', async (_, env) => {
    const refused = await runCli(['serve', '--port', '0'], { env: { ...database.env, ...env } });
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/INTERNAL_CRON_SECRET .*\[config_invalid\]/),
    });
    expect(refused.stderr).not.toContain('fifteen-letters');
  });

  it('refuses to start on a port that is taken', async () => {
    const { server, url } = await serve({});
    const second = await runCli(['serve', '--port', new URL(url).port], {
      env: { ...database.env, INTERNAL_CRON_SECRET: SECRET },
    });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('EADDRINUSE') });
    await stopped(server);
  });

  it('starts a missed run, stops gracefully during a run, and completes it after a restart', async () => {
    const first = await serve({ ANALYTICS_CRON: minutesAgo(2) });
    await until(() => first.server.told().includes('started by catch-up'));
    const [run] = await runs();
    expect((await first.ask('POST', '/trigger-collection')).status).toBe(409);
    const shown = await first.ask('GET', `/runs/${run?.id}`);
    expect(await shown.json()).toMatchObject({ success: true, data: { trigger: 'catch-up', status: 'running' } });
    await until(() => sandbox.counters.requests >= 40);
    await stopped(first.server);
    expect(await runs()).toMatchObject([{ status: expect.stringMatching(/^(interrupted|completed)$/) }]);

    // A run that was interrupted has not done its work.
    await database.query("update collection_runs set status = 'interrupted'");
    const second = await serve({ ANALYTICS_CRON: minutesAgo(2) });
    await until(() => second.server.told().includes('metrics inserted'));
    await stopped(second.server);
    expect(await runs()).toMatchObject([{ status: 'interrupted' }, { trigger: 'catch-up', status: 'completed' }]);

    const third = await serve({ ANALYTICS_CRON: minutesAgo(2) });
    const { status } = await third.ask('GET', '/scheduler-status');
    expect(status).toBe(200);
    await stopped(third.server);
    expect(await runs()).toHaveLength(2);
  });

  it('stops in time with pages open, one of which is not read', async () => {
    const { server, url, ask } = await serve({});
    const headers = { cookie: await signIn(url) };
    const [open, unread] = await Promise.all([1, 2].map(() => fetch(`${url}/progress`, { headers })));
    expect([open?.status, unread?.status]).toEqual([200, 200]);
    expect((await ask('POST', '/trigger-collection')).status).toBe(202);
    const shown = open?.text().catch(String);
    void fetch(url, { headers }).catch(() => undefined);
    const { stderr } = await stopped(server);
    expect(stderr).not.toContain('could not');
    expect(await shown).toMatch(/terminated/);
    expect((await runs()).at(-1)).toMatchObject({ status: expect.stringMatching(/^(interrupted|completed)$/) });
  });

  it('prints no secret, whatever is requested', async () => {
    const { server, url } = await serve({});
    const session = await signIn(url);
    await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ secret: `${SECRET}!` }),
      headers: { origin: url },
    });
    await fetch(`${url}/?session=${session}`);
    await fetch(`${url}${BASE}/scheduler-status?secret=${SECRET}`, { headers: { 'x-cron-secret': `${SECRET}?` } });
    const { stderr } = await stopped(server);
    expect(stderr).toContain('refused 1 request');
    expectNoSecrets([SECRET, session, ...database.secrets, ...accounts.map(({ accessToken }) => accessToken)]);
  });
});
