import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/clock.js';

/** A clock that does not wait, but lets whatever else is due go first. */
export function hastyClock(now: () => Date = systemClock.now): Clock {
  return { now, monotonic: systemClock.monotonic, sleep: () => sleep(1) };
}
