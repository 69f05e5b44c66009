import type { TakeRequests } from './shared-pace.js';

/** Requests that all processes of a run may send in all. */
export interface Budget {
  /** Whether one more may be sent, which is then counted. Once aborted, waits no longer for an answer about others. */
  take(signal: AbortSignal): Promise<boolean>;
  readonly isUsedUp: boolean;
}

/** A process takes this share of the budget at once, and may leave some of its last share unused. */
const SHARE = 100;
const TRY_AGAIN_MS = 1_000;

export function createBudget(requests: number, take: TakeRequests, sleep: (ms: number) => Promise<void>): Budget {
  const share = Math.max(1, Math.floor(requests / SHARE));
  let left = 0;
  let isUsedUp = false;
  let refilling: Promise<void> | null = null;

  async function refill(): Promise<void> {
    try {
      if ((await take(share)).isGranted) left = share;
      else isUsedUp = true;
    } catch {
      await sleep(TRY_AGAIN_MS);
    } finally {
      refilling = null;
    }
  }

  return {
    async take(signal) {
      while (left === 0 && !isUsedUp && !signal.aborted) {
        refilling ??= refill();
        await refilling;
      }
      if (left === 0) return false;
      left--;
      return true;
    },
    get isUsedUp() {
      return isUsedUp && left === 0;
    },
  };
}
