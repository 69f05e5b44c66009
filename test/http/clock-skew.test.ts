import { describe, expect, test } from 'vitest';
import { createClockCheck, platformTime, skewOf } from '../../src/http/clock-skew.js';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const MINUTE_MS = 60_000;

/** The headers of an answer by a clock that is so many minutes ahead of the host's. */
const answer = (minutes: number) => ({ date: new Date(NOW + minutes * MINUTE_MS).toUTCString() });

interface Observed {
  readonly answers: readonly Record<string, string | undefined>[];
  readonly isLast?: boolean;
  /** Whether they are those of servers that users have chosen. */
  readonly areUsers?: boolean;
}

async function verdictOn({ answers, isLast = false, areUsers = false }: Observed): Promise<string> {
  const check = createClockCheck(() => NOW);
  for (const headers of answers) check.observe(headers, areUsers);
  if (isLast) check.release();
  const open = new Promise<string>((resolve) => setTimeout(resolve, 5, 'open'));
  const decided = check.confirmed.then(
    (isRight) => (isRight ? 'confirmed' : 'unknown'),
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );
  return Promise.race([decided, open]);
}

test.each([
  ['of a host whose clock is ahead by months', -90 * 24 * 60],
  ['of a host whose clock is behind', 60],
])('the time of a platform is that of its answer, not that %s', (_, minutes) => {
  const expected = new Date(NOW + minutes * MINUTE_MS);
  expect(platformTime(answer(minutes), new Date(NOW), NOW)).toEqual(expected);
  // Seconds are the network's.
  expect(platformTime(answer(1), new Date(NOW), NOW)).toEqual(new Date(NOW));
  expect(platformTime({}, new Date(NOW), NOW)).toEqual(new Date(NOW));
});

describe('the clock of the host', () => {
  test.each([
    ['is open before two answers have said the time', [answer(0)], 'open'],
    ['is open while answers say no time', [{}, { date: 'yesterday' }, answer(0)], 'open'],
    ['is confirmed by two answers', [answer(0), answer(-10)], 'confirmed'],
    ['is confirmed when one of three is off', [answer(0), answer(60), answer(0)], 'confirmed'],
    ['is not refused for one answer that is off', [answer(11)], 'open'],
    ['stays confirmed', [answer(0), answer(0), answer(300), answer(300)], 'confirmed'],
  ])('%s', async (_, answers, expected) => {
    expect(await verdictOn({ answers })).toBe(expected);
  });

  test.each([
    [11, '11 minutes behind'],
    [-11, '11 minutes ahead of'],
    [2 * 24 * 60, '2,880 minutes behind'],
  ])('is refused when two answers are %i minutes off', async (minutes, told) => {
    expect(await verdictOn({ answers: [answer(minutes), answer(minutes)] })).toMatch(
      new RegExp(`^clock_skew: .* is ${told}`),
    );
  });

  test.each([
    ['is unknown without an answer', [], 'unknown'],
    ['is unknown if two answers contradict each other', [answer(0), answer(60)], 'unknown'],
    ['is confirmed by the only one', [answer(0)], 'confirmed'],
    ['is refused for the only one', [answer(60)], 'clock_skew: '],
  ])('%s when no more answers will come', async (_, answers, expected) => {
    expect(await verdictOn({ answers, isLast: true })).toContain(expected);
  });
});

describe('of servers that users have chosen', () => {
  test.each([
    ['two that are off do not refuse the clock', [answer(60), answer(60)], 'open'],
    [
      'two that are right confirm it, whatever others said',
      [answer(60), answer(60), answer(0), answer(0)],
      'confirmed',
    ],
  ])('%s', async (_, answers, expected) => {
    expect(await verdictOn({ answers, areUsers: true })).toBe(expected);
  });

  test('those that are off refuse it when no other answers will come', async () => {
    const answers = [answer(60), answer(60)];
    expect(await verdictOn({ answers, areUsers: true, isLast: true })).toContain('clock_skew: ');
  });
});

test('takes the age of a cached answer into account', () => {
  expect(skewOf({ ...answer(-60), age: '3600' }, NOW)).toBe(0);
  expect(skewOf({ ...answer(-60), age: 'old' }, NOW)).toBe(60 * MINUTE_MS);
});
