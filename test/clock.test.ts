import { expect, test } from 'vitest';
import { steadyClock, systemClock } from '../src/clock.js';

const START = Date.parse('2026-11-22T09:00:00Z');
const MINUTE_MS = 60_000;

/** What the clock shows, in minutes since the start, after so many minutes and with the wall clock set forward. */
function shown(afterMinutes: number, setForwardMinutes: number): number {
  const state = { wall: START, elapsed: 1_234 };
  const clock = steadyClock({
    ...systemClock,
    now: () => new Date(state.wall),
    monotonic: () => state.elapsed,
  });
  state.elapsed += afterMinutes * MINUTE_MS;
  state.wall += (afterMinutes + setForwardMinutes) * MINUTE_MS;
  return (clock.now().getTime() - START) / MINUTE_MS;
}

test.each([
  ['goes with the wall clock', 30, 0, 30],
  ['follows an adjustment', 30, 9, 39],
  ['is not moved by five hours forward', 30, 300, 30],
  ['nor by five hours back', 30, -300, 30],
])('%s', (_, after, setForward, expected) => {
  expect(shown(after, setForward)).toBe(expected);
});
