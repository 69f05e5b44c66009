import { Command } from '@commander-js/extra-typings';
import { describe, expect, test } from 'vitest';
import { parseAllowedFailures } from '../../src/cli/allowed-failures.js';
import { parseCollectFlags } from '../../src/cli/commands/collect.js';
import { parseTokens } from '../../src/cli/commands/connections.js';
import { parseAge, parseInstant } from '../../src/cli/flags.js';
import { collectOptions } from '../../src/cli/options.js';
import { parseSandbox } from '../../src/cli/sandbox-flags.js';
import { CollectError } from '../../src/errors.js';

const KNOWN = ['instagram', 'facebook'];
const TODAY = '2026-11-22';

type Given = Readonly<Record<string, string | boolean | readonly string[]>>;

/** What the command is asked for when it is called with these flags. */
function parse(given: Given) {
  const args = Object.entries(given).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === 'boolean') return [flag];
    return [value].flat().map((text) => `${flag}=${text}`);
  });
  const command = collectOptions(new Command().exitOverride());
  return parseCollectFlags(command.parse(args, { from: 'user' }).opts(), KNOWN, TODAY);
}

function mistake(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CollectError && error.code === 'usage' && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'none';
}

test('without flags, every due day of the last 7 is collected', () => {
  expect(parse({})).toEqual({
    selection: { kind: 'all' },
    window: { kind: 'lookback', days: 7 },
    backlog: 30,
    concurrency: 32,
    refresh: false,
    adopt: false,
    allowEmpty: false,
    dryRun: false,
    limits: { maxDurationMs: 3 * 3_600_000, maxWaitMs: 5 * 60_000 },
    trigger: 'cli',
  });
});

describe('flags select', () => {
  test.each<[flags: Given, expected: object]>([
    [{ user: 'u' }, { selection: { kind: 'user', userId: 'u' } }],
    [{ platform: ['instagram'] }, { platforms: ['instagram'] }],
    [{ platform: ['facebook, instagram', 'facebook'] }, { platforms: ['facebook', 'instagram'] }],
    [{ date: '2026-11-21' }, { window: { kind: 'day', date: '2026-11-21' } }],
    [{ date: TODAY }, { window: { kind: 'day', date: TODAY } }],
    [{ date: '2024-02-29' }, { window: { kind: 'day', date: '2024-02-29' } }],
    [{ since: '2026-08-01' }, { window: { kind: 'dates', since: '2026-08-01' } }],
    [{ backlog: '0' }, { backlog: 0 }],
    [{ since: '2016-11-15', until: TODAY }, { window: { kind: 'dates', since: '2016-11-15', until: TODAY } }],
    [{ lookback: '730' }, { window: { kind: 'lookback', days: 730 } }],
    [{ concurrency: '1000' }, { concurrency: 1000 }],
    [{ shard: '2/4' }, { selection: { kind: 'shard', index: 2, count: 4 } }],
    [{ shard: '1024/1024' }, { selection: { kind: 'shard', index: 1024, count: 1024 } }],
    [
      { maxRequests: '5', maxDuration: '2', maxWait: '0' },
      { limits: { maxRequests: 5, maxDurationMs: 120_000, maxWaitMs: 0 } },
    ],
    [{ rate: ['instagram=12', 'facebook=0.5'] }, { rates: { instagram: 12, facebook: 0.5 } }],
    [
      { refresh: true, dryRun: true },
      { refresh: true, dryRun: true },
    ],
    [{ adopt: true }, { adopt: true, refresh: false }],
    [{ sandbox: true }, { trigger: 'sandbox' }],
  ])('%j', (flags, expected) => {
    expect(parse(flags)).toMatchObject(expected);
  });
});

describe('a mistake is reported with its flag:', () => {
  test.each<[flags: Given, message: string]>([
    [{ date: '2026-02-30' }, '--date "2026-02-30" is not a valid date (YYYY-MM-DD).'],
    [{ date: '2025-02-29' }, '--date "2025-02-29" is not a valid date (YYYY-MM-DD).'],
    [{ date: '21.11.2026' }, '--date "21.11.2026" is not a valid date (YYYY-MM-DD).'],
    [{ date: '2026-11-21T00:00Z' }, '--date "2026-11-21T00:00Z" is not a valid date (YYYY-MM-DD).'],
    [{ date: 'yesterday\u001b[31m' }, '--date "yesterday\\u001b[31m" is not a valid date (YYYY-MM-DD).'],
    [{ date: '2026-11-23' }, '--date 2026-11-23 is in the future.'],
    [{ since: '2026-11-01', until: '2026-11-23' }, '--until 2026-11-23 is in the future.'],
    [{ since: '2026-11-21', until: '2026-11-20' }, '--since 2026-11-21 is later than --until 2026-11-20.'],
    [{ since: '2016-11-14', until: TODAY }, '2016-11-14 to 2026-11-22 is more than 3,660 days.'],
    [{ until: '2026-11-21' }, '--until needs --since (the first day).'],
    [{ date: TODAY, since: TODAY }, '--date cannot be combined with --since, --until or --lookback.'],
    [{ date: TODAY, lookback: '3' }, '--date cannot be combined with --since, --until or --lookback.'],
    [{ since: TODAY, until: TODAY, lookback: '3' }, '--lookback cannot be combined with --since or --until.'],
    [{ backlog: '731' }, '--backlog "731" is not a whole number from 0 to 730.'],
    [{ lookback: '0' }, '--lookback "0" is not a whole number from 1 to 730.'],
    [{ lookback: '731' }, '--lookback "731" is not a whole number from 1 to 730.'],
    [{ maxDuration: '0' }, '--max-duration "0" is not a whole number from 1 to 1,440.'],
    [{ concurrency: '1e2' }, '--concurrency "1e2" is not a whole number from 1 to 1,000.'],
    [{ concurrency: '-1' }, '--concurrency "-1" is not a whole number from 1 to 1,000.'],
    [{ concurrency: '' }, '--concurrency "" is not a whole number from 1 to 1,000.'],
    [{ platform: ['instagram,tiktok'] }, '--platform "tiktok" is not a known platform.'],
    [{ platform: ['instagram,'] }, '--platform "" is not a known platform.'],
    [{ user: ' ' }, '--user is empty.'],
    [{ rate: ['tiktok=12'] }, '--rate "tiktok=12" does not begin with a known platform.'],
    ...['youtube', 'youtube=', 'youtube=0', 'youtube=-1', 'youtube=1e3', '12'].map((rate): [Given, string] => [
      { rate: [rate] },
      `--rate "${rate}" is not of the form PLATFORM=N, with N requests per second from 0.001 to 10,000.`,
    ]),
    [{ user: 'u', shard: '1/4' }, '--user cannot be combined with --shard.'],
    ...['0/4', '5/4', '1/1025', '1', '1/4/4', ' 1/4', '-1/4', ''].map((shard): [Given, string] => [
      { shard },
      `--shard "${shard}" is not of the form I/N with 1 <= I <= N <= 1024.`,
    ]),
  ])('%j', (flags, message) => {
    expect(mistake(() => parse(flags))).toBe(message);
  });

  test.each([
    ['tiktok', 'Known platforms: instagram, facebook.'],
    ['instgram', 'Did you mean instagram?'],
  ])('an unknown platform, %s, is reported with the nearest one, or with the known ones', (platform, fix) => {
    expect(() => parse({ platform: [platform] })).toThrow(expect.objectContaining({ fix }));
  });

  test('the rate of an unknown platform is reported with the nearest one', () => {
    const fix = (rate: string) => {
      try {
        return parse({ rate: [rate] });
      } catch (error) {
        return error instanceof CollectError ? error.fix : error;
      }
    };
    expect(fix('instagrm=12')).toBe('Did you mean instagram=12?');
    expect(fix('tiktok=12')).toBe('Known platforms: instagram, facebook.');
  });
});

test('the sandbox is healthy by default, and an unknown kind is refused', () => {
  const kind = (...args: string[]) =>
    collectOptions(new Command().exitOverride()).parse(args, { from: 'user' }).opts().sandbox;
  expect([kind(), kind('--sandbox'), kind('--sandbox', 'faulty')]).toEqual([undefined, 'healthy', 'faulty']);
  expect(() => kind('--sandbox', 'foo')).toThrow('Allowed choices are healthy, faulty, late.');
});

test('--keep keeps the database of a sandbox, and is refused without one', () => {
  expect(parseSandbox({ sandbox: 'faulty', keep: true })).toEqual({ sandbox: 'faulty', keptSandbox: 'create' });
  expect(mistake(() => parseSandbox({ keep: true }))).toContain('--keep needs --sandbox');
});

test.each([
  ['2027-01-31', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31T12:00+02:00', '2027-01-31T10:00:00.000Z'],
  ['2027-01-31T12:00:00.5Z', '2027-01-31T12:00:00.500Z'],
])('the time %s', (text, expected) => {
  expect(parseInstant('--expires', text)).toBe(expected);
});

test.each(['2027-02-30', '2027-01-31T12:00', '2027-01-31T25:00Z', '31 January 2027', '1800000000'])(
  '%s is not a time',
  (text) => {
    expect(mistake(() => parseInstant('--expires', text))).toContain('--expires');
  },
);

test.each([
  ['90d', TODAY, '2026-08-24'],
  ['12mo', TODAY, '2025-11-22'],
  ['1y', TODAY, '2025-11-22'],
  ['1mo', '2026-03-31', '2026-02-28'],
  ['11mo', '2026-01-31', '2025-02-28'],
  ['1y', '2028-02-29', '2027-02-28'],
  ['999y', TODAY, '1027-11-22'],
])('%s before %s is %s', (age, today, expected) => {
  expect(parseAge('--older-than', age, today)).toBe(expected);
});

test.each(['0d', '12', '12m', '-1mo', '1.5y', '1000d', 'mo', '12 mo', ''])('%j is not an age', (text) => {
  expect(mistake(() => parseAge('--older-than', text, TODAY))).toContain('--older-than');
});

test('white space around a pasted token is removed, and inside it is refused without showing the token', () => {
  expect(parseTokens('  EAAB\r\n')).toEqual({ accessToken: 'EAAB', refreshToken: null });
  expect(parseTokens('ya29\r\n1//r\n')).toEqual({ accessToken: 'ya29', refreshToken: '1//r' });
  expect(mistake(() => parseTokens('\n'))).toContain('empty');
  expect(mistake(() => parseTokens('one\ntwo\nthree'))).toContain('white space');
  const message = mistake(() => parseTokens('EAAB EAAC'));
  expect(message).toContain('white space');
  expect(message).not.toContain('EAAB');
});

test('allowed failures are a number or a share of connections', () => {
  expect(parseAllowedFailures('5')).toEqual({ kind: 'connections', most: 5 });
  expect(parseAllowedFailures('2.5%')).toEqual({ kind: 'share', most: 0.025 });
  for (const wrong of ['', '-1', '101%', '1.5', '5 %', 'all']) {
    expect(() => parseAllowedFailures(wrong)).toThrow('--allow-failures');
  }
});
