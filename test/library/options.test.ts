import { describe, expect, it } from 'vitest';
import { collect, definePlatform, openApp, startSandbox, status } from '../../src/index.js';
import { parseAppOptions, parseCollectOptions, parseConnection } from '../../src/library/options.js';
import { generateKey } from '../../src/tokens/fernet.js';

/** Were one of them opened, the error would be another. */
const NOWHERE = { environment: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', ENCRYPTION_KEY: '' } };

const UNREACHABLE = { ...NOWHERE.environment, ENCRYPTION_KEY: generateKey() };

const never = (): never => {
  throw new Error('never asked');
};
const own = definePlatform({
  name: 'own',
  api: 'own_rest',
  day: { timeZone: 'UTC', settlesAfterHours: 0, reachDays: 30, asks: 'day' },
  metrics: [],
  version: { name: 'v1', endsOn: null, variable: null },
  renewsTokens: false,
  endsByDate: never,
  storageRule: null,
  collect: never,
  check: never,
});

describe('collect refuses, before it opens anything,', () => {
  it.each<[options: object, message: string]>([
    [{ concurrency: 0 }, 'The option concurrency must be a whole number from 1 to 1,000.'],
    [{ concurrency: Number.NaN }, 'The option concurrency must be a whole number from 1 to 1,000.'],
    [{ concurrency: 1.5 }, 'The option concurrency must be a whole number from 1 to 1,000.'],
    [{ concurrency: '8' }, 'The option concurrency must be a whole number from 1 to 1,000.'],
    [{ backlog: -1 }, 'The option backlog must be a whole number from 0 to 730.'],
    [{ window: { kind: 'day', date: 'nope' } }, 'The option window.date must be a valid date (YYYY-MM-DD).'],
    [{ window: { kind: 'day', date: '2026-02-30' } }, 'The option window.date must be a valid date (YYYY-MM-DD).'],
    [
      { window: { kind: 'lookback', days: Number.POSITIVE_INFINITY } },
      'The option window.days must be a whole number from 1 to 730.',
    ],
    [
      { window: { kind: 'dates', since: '2026-11-20', until: '2026-11-19' } },
      'The option window must not end before it begins.',
    ],
    [{ window: { kind: 'week' } }, 'The option window.kind must be one of { kind: "lookback", days }'],
    [{ window: '2026-11-20' }, 'The option window must be one of { kind: "lookback", days }'],
    [
      { selection: { kind: 'shard', index: 3, count: 2 } },
      'The option selection must have an index from 1 to its count.',
    ],
    [
      { selection: { kind: 'shard', index: 0, count: 2 } },
      'The option selection.index must be a whole number from 1 to 1,024.',
    ],
    [
      { distributed: true, selection: { kind: 'shard', index: 1, count: 2 } },
      'The option distributed cannot be combined with a shard.',
    ],
    [{ selection: { kind: 'user', userId: 'me', index: 1 } }, 'There is no option selection.index.'],
    [{ selection: { kind: 'user', userId: ' ' } }, 'The option selection.userId must not be empty.'],
    [
      { platforms: ['instagram', 'myspace'] },
      'The option platforms contains "myspace", which is not one of instagram, ',
    ],
    [{ platforms: [] }, 'The option platforms must name a platform.'],
    [{ rates: { youtub: 12 } }, 'The option rates contains "youtub", which is not one of instagram, '],
    [{ rates: { youtube: 0 } }, 'The option rates.youtube must be a number from 0.001 to 10,000.'],
    [{ refresh: 'yes' }, 'The option refresh must be true or false.'],
    [{ limits: { maxRequests: 1 } }, 'The option limits.maxDurationMs must be a whole number'],
    [{ signal: {} }, 'The option signal must be an AbortSignal.'],
    [{ concurency: 8 }, 'There is no option concurency.'],
    [{ sandbox: 'broken' }, 'The option sandbox must be one of healthy, faulty, late.'],
    [{ now: new Date() }, 'The option now must be a function.'],
    [{ environment: { DATABASE_URL: 5 } }, 'The option environment must be an object whose values are strings.'],
    [{ ownPlatforms: {} }, 'The option ownPlatforms must be an array.'],
  ])('%j', async (options, message) => {
    await expect(collect({ ...NOWHERE, ...options })).rejects.toMatchObject({
      name: 'CollectError',
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });

  it.each<[platform: unknown, message: string]>([
    [{}, 'The option ownPlatforms.0 is not a platform:\n  name: '],
    [null, 'The option ownPlatforms.0 is not a platform:\n  '],
    [{ ...own, title: '' }, 'The option ownPlatforms.0 is not a platform:\n  title: '],
    [{ ...own, create: undefined }, 'The option ownPlatforms.0 is not a platform:\n  create: '],
    [own, 'The option ownPlatforms.0 is not a platform:\n  metrics: '],
    [{ ...own, create: never }, 'The option ownPlatforms.0 fails in `create`: never asked.'],
  ])('the platform %j: %s', async (platform, message) => {
    const options: object = { environment: UNREACHABLE, ownPlatforms: [platform] };
    await expect(collect(options)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  });

  it('an onEvent that is not a function', async () => {
    // @ts-expect-error A program without types can do so.
    await expect(collect(NOWHERE, {})).rejects.toMatchObject({
      code: 'usage',
      message: 'The argument onEvent must be a function.',
    });
  });

  it('all mistakes at once', async () => {
    await expect(collect({ ...NOWHERE, concurrency: 0, backlog: -1 })).rejects.toThrow(
      'The option backlog must be a whole number from 0 to 730. The option concurrency must be a whole number from 1 to 1,000.',
    );
  });

  it('anything that is not an object', async () => {
    // @ts-expect-error A program without types can do so.
    await expect(collect(null)).rejects.toMatchObject({ code: 'usage', message: 'The options must be an object.' });
  });
});

it('collect opens the configured store once its options are valid', async () => {
  await expect(collect({ ...NOWHERE, concurrency: 1 })).rejects.toMatchObject({
    code: expect.not.stringMatching('usage'),
  });
});

it.each([{ days: 0 }, { days: Number.NaN }, { day: 7 }])('status refuses %j', async (options) => {
  await expect(status({ ...NOWHERE, ...options })).rejects.toMatchObject({ code: 'usage' });
});

it('openApp refuses the options of a run', async () => {
  const options = { ...NOWHERE, concurrency: 8 };
  await expect(openApp(options)).rejects.toMatchObject({ code: 'usage', message: 'There is no option concurrency.' });
});

it('an open app accepts only valid options for runs', async () => {
  const app = await openApp({ sandbox: 'healthy' });
  try {
    await expect(app.collect({ concurrency: 0 })).rejects.toMatchObject({ code: 'usage' });
    await expect(app.status(0)).rejects.toMatchObject({ code: 'usage' });
    for (const call of [
      // @ts-expect-error A program without types can do so.
      () => app.collect({}, 'log'),
      // @ts-expect-error
      () => app.status(null),
      // @ts-expect-error
      () => app.addConnection(),
      // @ts-expect-error
      () => app.removeConnection(5),
      // @ts-expect-error
      () => app.choosePrimary(),
    ]) {
      await expect(call()).rejects.toMatchObject({ name: 'CollectError', code: 'usage' });
    }
    expect(await app.collect({ dryRun: true, platforms: ['linkedin'] })).toMatchObject({ dry_run: true });
  } finally {
    await app.close();
  }
});

it('own platforms are known by name', () => {
  expect(parseCollectOptions({ platforms: ['own'], ownPlatforms: [own] }).platforms).toEqual(['own']);
});

describe('a connection', () => {
  const required = { userId: 'me', platform: 'linkedin', accountId: '1', accessToken: 'token' };

  it('needs only its account and an access token', () => {
    const whole = { ...required, accountName: null, refreshToken: null, tokenExpiresAt: null, check: true };
    expect(parseConnection(required)).toEqual(whole);
    const given: object = { refreshToken: undefined, check: undefined };
    expect(parseConnection({ ...required, ...given })).toEqual(whole);
  });

  it('is passed on unchanged', () => {
    const whole = {
      accountName: 'Me',
      refreshToken: 'next',
      tokenExpiresAt: '2027-01-31T12:00:00.123+00:00',
      check: false,
    };
    expect(parseConnection({ ...required, ...whole })).toEqual({ ...required, ...whole });
  });

  it.each<[wrong: object, message: string]>([
    [{ userId: undefined }, 'The argument connection.userId must be a string.'],
    [{ platform: undefined }, 'The argument connection.platform must be a string.'],
    [{ accountId: 178414 }, 'The argument connection.accountId must be a string.'],
    [{ accessToken: undefined }, 'The argument connection.accessToken must be a string.'],
    [{ refreshToken: 5 }, 'The argument connection.refreshToken must be a string or null.'],
    [{ accountName: 5 }, 'The argument connection.accountName must be a string or null.'],
    [
      { tokenExpiresAt: 'soon' },
      'The argument connection.tokenExpiresAt must be an ISO 8601 time with its zone, a date or null.',
    ],
    [{ check: 'no' }, 'The argument connection.check must be true or false.'],
    [{ refresh_token: 'next' }, 'There is no argument connection.refresh_token.'],
  ])('with %j is refused: %s', (wrong, message) => {
    expect(() => parseConnection({ ...required, ...wrong })).toThrow(
      expect.objectContaining({ code: 'usage', message }),
    );
  });
});

it.each<[options: object, message: string]>([
  [{ users: 'many' }, 'The option users must be a whole number'],
  [{ platforms: ['myspace'] }, 'The option platforms.0 must be one of instagram, '],
  [{ fault: 'dead_token' }, 'The option fault must be a function.'],
  [{ latencyMs: -1 }, 'The option latencyMs must be a whole number'],
])('startSandbox refuses %j', async (options, message) => {
  await expect(startSandbox(options)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
  });
});

it.each([undefined, null, 'own'])('definePlatform refuses %j', (given) => {
  // @ts-expect-error A program without types can do so.
  expect(() => definePlatform(given)).toThrow(expect.objectContaining({ code: 'usage' }));
});

it('undefined options get their defaults', () => {
  const given: object = { concurrency: undefined, platforms: undefined, window: undefined };
  const parsed = parseCollectOptions(given);
  expect(parsed).toMatchObject({ concurrency: 32, window: { kind: 'lookback', days: 7 }, trigger: 'library' });
  expect(parsed).not.toHaveProperty('platforms');
});

it('given options are passed on unchanged', () => {
  const now = () => new Date();
  const environment = { A: 'b' };
  const parsed = parseAppOptions({ now, environment });
  expect(parsed.now).toBe(now);
  expect(parsed.environment).toBe(environment);
});
