import { setTimeout as sleep } from 'node:timers/promises';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** Of days in UTC: elsewhere a day may have 23 or 25 hours. */
export const DAY_MS = 24 * HOUR_MS;

/** Time, as a run reads it and waits for it to pass. Tests bring one that does not wait. */
export interface Clock {
  /** What the wall clock shows. */
  now(): Date;
  /** Milliseconds since some moment, by a clock that nobody sets: for durations. */
  monotonic(): number;
  /** Rejects with an `AbortError` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** A wall clock that is further than this from where it should be has been set, rather than adjusted. */
const LARGEST_ADJUSTMENT_MS = 600_000;

/**
 * The clock of one run: `now` starts at the time of the given clock and follows it, unless that jumps. Whether a day has ended, and
 * how long a platform asked to wait, must not hang on a clock that is set in the middle of a run.
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
