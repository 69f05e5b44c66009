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

/** Keeps the requests of all processes to an API within its pace: each takes some of them, and sends them before their window ends. */
export function createSharedPacer({ perDay }: Pace, { requests }: PaceWindow, take: TakeRequests): Pacer {
  const share = Math.max(1, Math.floor(requests / SHARE));
  const now = () => performance.now();
  let left = 0;
  let endsAt = 0;
  let waitsUntil = 0;
  let begun = 0;
  let isTaking = false;

  async function refill(): Promise<void> {
    isTaking = true;
    const askedAt = now();
    try {
      const { isGranted, ms } = await take(share);
      if (isGranted) [left, endsAt] = [share, askedAt + ms];
      else waitsUntil = now() + ms;
    } catch {
      waitsUntil = now() + 1_000;
    } finally {
      isTaking = false;
    }
  }

  return {
    waitMs() {
      if (left > 0 && now() < endsAt) return 0;
      const wait = waitsUntil - now();
      if (wait > 0) return Math.max(wait, LOOK_AGAIN_MS);
      if (!isTaking) void refill();
      return LOOK_AGAIN_MS;
    },
    begin() {
      left--;
      begun++;
    },
    end: () => undefined,
    get isUsedUp() {
      return perDay !== undefined && begun >= perDay;
    },
  };
}
