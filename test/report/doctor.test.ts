import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config.js';
import { PlatformError } from '../../src/errors.js';
import { createTransport } from '../../src/http/transport.js';
import type { Platform } from '../../src/platforms/contract.js';
import { createPlatforms, platformNames } from '../../src/platforms/registry.js';
import { type Examined, examine } from '../../src/report/doctor.js';
import { checkApis, checkClock } from '../../src/report/doctor-apis.js';
import { type Check, passed, thrown } from '../../src/report/doctor-check.js';
import { checkRefresh, checkTokens } from '../../src/report/doctor-key.js';
import { checkLastRun, checkSchedule } from '../../src/report/doctor-schedule.js';
import type { SampledConnection } from '../../src/store/inspection.js';
import { generateKey } from '../../src/tokens/fernet.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { serveApi } from '../support/api.js';
import { freshPglite } from '../support/database.js';

const NOW = new Date('2026-11-29T12:00:00Z');
const platforms = createPlatforms(loadConfig({}));
const youtube = platforms.get('youtube') as Platform;
const key = generateKey();
const keyring = createKeyring(key, { allowPlaintext: false });

function sampled(accessToken: string, accountId = 'UC1'): SampledConnection {
  const tokens = { accessToken, refreshToken: null, tokenExpiresAt: null };
  return { ...tokens, id: '1', userId: 'me', platform: 'youtube', accountId, accountName: null, isFailing: false };
}

describe('tokens', () => {
  const other = createKeyring(generateKey(), { allowPlaintext: false });
  const foreign = ['UC1', 'UC2', 'UC3', 'UC4'].map((id) => sampled(other.encrypt('secret-token'), id));

  it('pass if the key decrypts all', () => {
    const sample = [sampled(keyring.encrypt('secret-token'))];
    expect(checkTokens({ keyring, spare: null }, { sample }, platforms)).toMatchObject([{ ok: true }]);
  });

  it('that the key does not decrypt are counted, and some are named', () => {
    const sample = [sampled(keyring.encrypt('secret-token')), ...foreign];
    const [check] = checkTokens({ keyring, spare: null }, { sample }, platforms);
    expect(check).toMatchObject({ ok: false, level: 'warning' });
    expect(check?.message).toMatch(/^The key decrypts 1 of 5 .+UC1 of user me.+UC3 of user me, and 1 more/);
    expect(check?.message).not.toContain('secret-token');
  });

  it('of services that are not collected do not count', () => {
    const sample = [{ ...sampled('plain'), platform: 'wordpress' }];
    expect(checkTokens({ keyring, spare: null }, { sample }, platforms)).toEqual([]);
  });
});

describe('renewal', () => {
  const refreshable: SampledConnection = {
    ...sampled(keyring.encrypt('token')),
    platform: 'tiktok',
    refreshToken: keyring.encrypt('refresh'),
  };
  const check = (
    connection: SampledConnection,
    environment: Readonly<Record<string, string>>,
    { renewsTokens = true } = {},
  ) => {
    const platforms = createPlatforms(loadConfig(environment));
    return checkRefresh(keyring, { sample: [connection] }, { platforms, renewsTokens }, NOW);
  };
  const ofTiktok = (environment: Readonly<Record<string, string>>) => check(refreshable, environment);

  it.each([
    [{ TIKTOK_BUSINESS_CLIENT_ID: 'id', TIKTOK_BUSINESS_CLIENT_SECRET: 'secret' }],
    [{ TIKTOK_CLIENT_KEY: 'key', TIKTOK_CLIENT_SECRET: 'secret' }],
  ])('passes with the app of one of two APIs', (environment) => {
    expect(ofTiktok(environment)).toMatchObject([{ ok: true }]);
  });

  it('asks for either app where there is none, and for the rest of one that is incomplete', () => {
    expect(ofTiktok({})).toMatchObject([
      {
        ok: false,
        level: 'error',
        fix: expect.stringContaining(
          'Set either TIKTOK_BUSINESS_CLIENT_ID and TIKTOK_BUSINESS_CLIENT_SECRET or TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET, as',
        ),
      },
    ]);
    expect(ofTiktok({ TIKTOK_CLIENT_KEY: 'key' })).toMatchObject([
      { ok: false, fix: expect.stringContaining('Set TIKTOK_CLIENT_SECRET, as') },
    ]);
  });

  it.each<[string, Partial<SampledConnection>, Check['level']]>([
    ['an expired one, is an error', { tokenExpiresAt: '2026-11-29T11:00:00Z' }, 'error'],
    ['one that has not expired, is a warning', { tokenExpiresAt: '2026-11-29T13:00:00Z' }, 'warning'],
    [
      'one that is renewed before it ends, is a warning',
      { platform: 'threads', refreshToken: null, tokenExpiresAt: '2027-01-01T00:00:00Z' },
      'warning',
    ],
  ])('that may not be stored: %s', (_name, connection, level) => {
    const app = { TIKTOK_CLIENT_KEY: 'key', TIKTOK_CLIENT_SECRET: 'secret' };
    const given = { ...refreshable, ...connection };
    expect(check(given, app)).toMatchObject([{ ok: true }]);
    expect(check(given, app, { renewsTokens: false })).toMatchObject([
      { ok: false, level, fix: expect.stringContaining('RENEW_TOKENS=1') },
    ]);
  });

  it('needs to store nothing where the refresh token stays', () => {
    const app = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' };
    const connection = { ...refreshable, platform: 'youtube' };
    expect(check(connection, app, { renewsTokens: false })).toMatchObject([{ ok: true }]);
  });
});

describe('APIs', () => {
  const probe = async (url: URL) => {
    const { signal } = new AbortController();
    const transport = createTransport({ concurrency: 1, signal, answerTimeoutMs: 300, warn: () => undefined });
    return transport.send({ method: 'GET', url, headers: {} }).finally(transport.close);
  };
  const check = async (address: string, now = new Date(), platform = youtube) =>
    checkApis([platform], () => [address], probe, { now: () => now });

  it('are reached by any answer, without a token', async () => {
    const api = await serveApi((_url, token) => [token === '' ? 404 : 200, {}]);
    const { checks, skews } = await check(api.url);
    expect(checks).toMatchObject([{ name: 'api', ok: true, message: expect.stringContaining('version v2') }]);
    expect(skews).toHaveLength(1);
    expect(api.requests).toHaveLength(1);
  });

  it('that answer with a server error are a warning', async () => {
    const api = await serveApi(() => [503, {}]);
    expect((await check(api.url)).checks).toMatchObject([
      { ok: false, level: 'warning', message: expect.stringContaining('503') },
    ]);
  });

  it('that cannot be reached or do not answer are soon an error', async () => {
    const silent = createServer((socket) => void socket.resume());
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    expect((await check(`http://127.0.0.1:${port}`)).checks).toMatchObject([{ ok: false, level: 'error' }]);
    await new Promise((resolve) => silent.close(resolve));
    expect((await check(`http://127.0.0.1:${port}`)).checks).toMatchObject([{ ok: false, level: 'error' }]);
  });

  it.each([
    ['An active access token must be used to query information about the current user.', 1],
    ['Unknown path components: /me', 0],
  ])('tell without a token whether they have a newer version: %s', async (message, told) => {
    const api = await serveApi(({ pathname }) =>
      pathname === '/v28.0/me' ? [400, { error: { message, type: 'OAuthException', code: 2500 } }] : [404, {}],
    );
    const both = createPlatforms(loadConfig({ META_GRAPH_URL: api.url }));
    const meta = ['instagram', 'facebook'].map((name) => both.get(name) as Platform);
    const { checks } = await checkApis(meta, () => [api.url], probe, systemClock);
    const newer = checks.filter(({ name }) => name === 'version');
    expect(newer).toHaveLength(told);
    for (const { ok, message } of newer) expect([ok, message]).toEqual([true, expect.stringContaining('v28.0')]);
  });

  it.each([
    ['2026-12-20', 'warning'],
    ['2026-11-01', 'error'],
  ])('whose version ends on %s are a %s', async (endsOn, level) => {
    const api = await serveApi(() => [404, {}]);
    const ending = { ...youtube, version: { name: 'v1', endsOn, variable: 'V' } };
    const { checks } = await check(api.url, NOW, ending);
    expect(checks).toMatchObject([
      { ok: true },
      { name: 'version', ok: false, level, fix: 'Set V to a newer version.' },
    ]);
  });
});

describe('the clock', () => {
  it('passes if it is close to most servers', () => {
    expect(checkClock([200, -900, 3_600_000])).toMatchObject({ ok: true });
  });
  it('that is more than 10 minutes off is an error', () => {
    const check = checkClock([-660_000, -661_000]);
    expect(check).toMatchObject({ ok: false, level: 'error', message: expect.stringContaining('11 minutes behind') });
  });
  it('is not checked without an answer', () => {
    expect(checkClock([])).toMatchObject({ ok: false, level: 'info' });
  });
});

describe('schedules', () => {
  const runs = (hours: number) => ({
    run: null,
    succeededAt: new Date(NOW.getTime() - hours * 3_600_000).toISOString(),
  });

  const WORKFLOW = { what: 'GitHub workflow collect.yml: @daily, if GitHub runs it', isCertain: false };

  it.each([
    ['one that is seen', [{ what: 'crontab: @daily', isCertain: true }], runs(99), { ok: true }],
    ['a workflow that GitHub seems to run', [WORKFLOW], runs(3), { ok: true }],
    ['a workflow that GitHub may not run', [WORKFLOW], runs(27), { ok: false, level: 'warning' }],
    ['a workflow, and no run at all', [WORKFLOW], { run: null, succeededAt: null }, { ok: false, level: 'warning' }],
    ['none that is seen, while runs happen', [], runs(3), { ok: true }],
    ['none, and no fresh run', [], runs(27), { ok: false, level: 'error' }],
    ['none, and no run at all', [], { run: null, succeededAt: null }, { ok: false, level: 'error' }],
    ['none, and nothing known of runs', [], null, { ok: false, level: 'info' }],
  ])('%s', (_name, found, last, outcome) => {
    expect(checkSchedule(found, last, NOW)).toMatchObject(outcome);
  });

  it('a last run of more than 26 hours ago is an error, of its age', () => {
    expect(checkLastRun(runs(3), NOW)).toMatchObject({
      ok: true,
      message: 'The last completed run began 3 hours ago.',
    });
    expect(checkLastRun(runs(75), NOW)).toMatchObject({ ok: false, message: expect.stringContaining('3 days ago') });
  });
});

describe('all checks', () => {
  let sql: Awaited<ReturnType<typeof freshPglite>>;
  beforeAll(async () => {
    sql = await freshPglite();
  });
  afterAll(() => sql.close());

  const examined = (changes: Partial<Examined> = {}): Examined => ({
    settings: [],
    store: {
      chosen: passed('store', 'chosen'),
      folder: null,
      exists: true,
      protection: async () => null,
      open: async () => ({ ...sql.store, close: async () => undefined }),
    },
    findKey: async () => ({ keys: key, where: 'somewhere' }),
    allowPlaintext: false,
    renewsTokens: true,
    platforms,
    addressesOf: () => ['http://127.0.0.1:9'],
    probe: async () => new PlatformError('platform_error', 'cannot reach it'),
    schedules: async () => [],
    jobs: [],
    sharing: null,
    clock: systemClock,
    ...changes,
  });
  const all = async (changes?: Partial<Examined>): Promise<Check[]> => {
    const checks = [];
    for await (const check of examine(examined(changes), { live: true, data: true })) checks.push(check);
    return checks;
  };
  const named = (checks: readonly Check[], name: string) => checks.filter((check) => check.name === name);

  it('run to the end, whatever throws', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('broken');
    };
    const checks = await all({ findKey: broken, probe: broken, schedules: broken });
    expect(named(checks, 'key')).toMatchObject([{ ok: false, message: 'Broken.' }]);
    expect(named(checks, 'schedule')).toMatchObject([{ ok: false, message: 'Broken.' }]);
    expect(named(checks, 'api')).toHaveLength(platformNames.length);
    expect(named(checks, 'live')).toHaveLength(1);
  });

  it('warn of an unsafe connection to the database', async () => {
    const warning = 'the connection to the database at db is not encrypted; remove sslmode';
    const { store } = examined();
    const open = async () => ({ ...sql.store, warnings: [warning], close: async () => undefined });
    const checks = await all({ store: store && { ...store, open } });
    expect(named(checks, 'tls')).toMatchObject([
      { level: 'warning', message: 'The connection to the database at db is not encrypted.', fix: 'Remove sslmode.' },
    ]);
  });

  it('report what the schema leaves as it is, with the SQL that changes it', async () => {
    await sql.query('alter table analytics_snapshots disable row level security');
    expect(named(await all(), 'findings')).toMatchObject([
      { ok: false, level: 'warning', fix: expect.stringContaining('enable row level security') },
    ]);
  });

  it('group missing rights by privilege, and report that accounts may be hidden', async () => {
    const lacking = ['insert on a', 'insert on b', 'update on a'].map((right) => ({ right, isVital: true }));
    const { store } = examined();
    const inspect = async () => ({ ...(await sql.store.inspect([])), lacking, hidden: ['platform_connections'] });
    const open = async () => ({ ...sql.store, inspect, close: async () => undefined });
    const checks = await all({ store: store && { ...store, open } });
    expect(named(checks, 'rights')[0]?.message).toBe('postgres may not insert on a, b; update on a.');
    expect(named(checks, 'accounts')[0]?.fix).toContain('BYPASSRLS');
  });

  it('report a missing account in a new database', async () => {
    expect(named(await all(), 'accounts')).toMatchObject([{ ok: false, level: 'error' }]);
  });
});

it('an unexpected error reveals no password', () => {
  const { message } = thrown('disk', new Error('refused: postgres://owner:hunter22@db/app'));
  expect(message).toBe('Refused: postgres://owner:[redacted]@db/app.');
});
