import type { Pace, Pacer } from './pace.js';

/** Takes some requests from those that all processes may send. Returns for how long they may be sent, or how long to wait for others. */
export type TakeRequests = (requests: number) => Promise<{ readonly isGranted: boolean; readonly ms: number }>;

/** How many requests processes may send, together, in each window of so many seconds. */
export interface PaceWindow {
  readonly requests: number;
  readonly seconds: number;
}

const WINDOWS = 20;
/** Below this, rounding would cost too much of the pace. */
const FEWEST_REQUESTS = 4;
/** A process takes this share of a window at once, so that not every request costs a question. */
const SHARE = 8;
/** Likewise of a day's requests, of which it may leave some of its last share unused. */
const SHARE_OF_DAY = 100;
const LOOK_AGAIN_MS = 20;

/**
 * Windows short enough that any period of the API, which overlaps at most two more of them than fit into it, has no more requests
 * than it allows.
 */
export function windowOf({ perSecond, overSeconds = 1 }: Pace & { readonly perSecond: number }): PaceWindow {
  let seconds = Math.max(1, overSeconds / WINDOWS, 1 / perSecond);
  const requestsIn = (seconds: number) => {
    const windows = Math.floor(overSeconds / seconds);
    return Math.floor(windows > 1 ? (perSecond * seconds * windows) / (windows + 2) : perSecond * seconds);
  };
  while (requestsIn(seconds) < FEWEST_REQUESTS && seconds * 4 <= overSeconds) seconds *= 2;
  return { requests: Math.max(1, requestsIn(seconds)), seconds: Math.ceil(seconds) };
}

/** Requests that all processes may send, and what takes some of them. */
export interface SharedRequests {
  readonly requests: number;
  readonly take: TakeRequests;
}

/**
 * Keeps the requests of all processes to an API within its pace: each takes some of a window's, and sends them before it ends, and
 * some of the day's, which it keeps. Null: without such a limit.
 */
export function createSharedPacer(window: SharedRequests | null, day: SharedRequests | null): Pacer {
  const ofWindow = shareOf(window, SHARE);
  const ofDay = shareOf(day, SHARE_OF_DAY);
  const now = () => performance.now();
  let left = window === null ? Number.POSITIVE_INFINITY : 0;
  let leftOfDay = day === null ? Number.POSITIVE_INFINITY : 0;
  let endsAt = window === null ? Number.POSITIVE_INFINITY : 0;
  let waitsUntil = 0;
  let isTaking = false;
  let isUsedUp = false;

  async function refill(): Promise<void> {
    isTaking = true;
    const askedAt = now();
    try {
      if (day !== null && leftOfDay === 0) {
        isUsedUp = !(await day.take(ofDay)).isGranted;
        if (!isUsedUp) leftOfDay = ofDay;
      } else if (window !== null) {
        const { isGranted, ms } = await window.take(ofWindow);
        if (isGranted) [left, endsAt] = [ofWindow, askedAt + ms];
        else waitsUntil = now() + ms;
      }
    } catch {
      waitsUntil = now() + 1_000;
    } finally {
      isTaking = false;
    }
  }

  return {
    waitMs() {
      if (left > 0 && leftOfDay > 0 && now() < endsAt) return 0;
      const wait = waitsUntil - now();
      if (wait > 0) return Math.max(wait, LOOK_AGAIN_MS);
      if (!isTaking) void refill();
      return LOOK_AGAIN_MS;
    },
    begin() {
      left--;
      leftOfDay--;
    },
    end: () => undefined,
    get isUsedUp() {
      return isUsedUp;
    },
  };
}

function shareOf(shared: SharedRequests | null, share: number): number {
  return Math.max(1, Math.floor((shared?.requests ?? 0) / share));
}
