import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/clock.js';

/** A clock that moves by nothing but waits, which take no time. */
export function simulatedClock(start: Date): Clock {
  let elapsedMs = 0;
  return {
    now: () => new Date(start.getTime() + elapsedMs),
    monotonic: () => elapsedMs,
    async sleep(ms) {
      elapsedMs += ms;
      await sleep(1);
    },
  };
}

/** A clock that does not wait, but lets whatever else is due go first. */
export function hastyClock(now: () => Date = systemClock.now): Clock {
  return { now, monotonic: systemClock.monotonic, sleep: () => sleep(1) };
}
