import { setTimeout as sleep } from 'node:timers/promises';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** For days in UTC: in other time zones a day may have 23 or 25 hours. */
export const DAY_MS = 24 * HOUR_MS;

/** How a run reads the time and waits. Tests use one that does not wait. */
export interface Clock {
  /** What the wall clock shows. */
  now(): Date;
  /** Milliseconds on a monotonic clock, for durations. */
  monotonic(): number;
  /** Rejects with an `AbortError` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** A wall clock that differs from the expected time by more than this has been set, not adjusted. */
const LARGEST_ADJUSTMENT_MS = 600_000;

/**
 * The clock of one run: `now` follows the given clock, unless that jumps. Whether a day has ended, and how long to wait for a
 * platform, must not depend on a clock that is set during a run.
 */
export function steadyClock(clock: Clock): Clock {
  const origin = clock.now().getTime() - clock.monotonic();
  return {
    ...clock,
    now() {
      const [wall, steady] = [clock.now().getTime(), origin + clock.monotonic()];
      return new Date(Math.abs(wall - steady) > LARGEST_ADJUSTMENT_MS ? steady : wall);
    },
  };
}
