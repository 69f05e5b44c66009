export interface TurnsOptions {
  /** Requests in progress at once. */
  readonly concurrency: number;
  /** Resolves after some milliseconds, or as soon as the run stops. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Requests to one API of a platform, in the order in which they came. Each is sent by calling `send` when it is its turn. */
export type Queue = <T>(send: () => Promise<T>) => Promise<T>;

/**
 * Divides the requests in progress among platforms: a free place goes to the platform with the fewest, so that each has an equal
 * share, or more while others have nothing to send.
 */
export interface Turns {
  /** `waitMs`: milliseconds until the API may be asked; Infinity while only an answer can change that. */
  queue(platform: string, waitMs: () => number): Queue;
  /**
   * Until the returned function is called, by each that joined, a place is left to the platform: others that do not answer cannot
   * take all of them. If there are few places, none is left unused.
   */
  join(platform: string): () => void;
}

interface Waiting {
  readonly platform: string;
  readonly waitMs: () => number;
  readonly requests: (() => Promise<void>)[];
  isPaused: boolean;
}

export function createTurns({ concurrency, pause }: TurnsOptions): Turns {
  /** Those with requests, the one served longest ago first. */
  const queues = new Set<Waiting>();
  /** How often each platform has joined. */
  const joined = new Map<string, number>();
  const inProgress = new Map<string, number>();
  let free = concurrency;

  const progressOf = (platform: string) => inProgress.get(platform) ?? 0;

  function mayTake(platform: string): boolean {
    if (progressOf(platform) === 0 || concurrency < 2 * joined.size) return true;
    let kept = 0;
    for (const other of joined.keys()) if (other !== platform && progressOf(other) === 0) kept++;
    return free > kept;
  }

  function isReady(queue: Waiting): boolean {
    if (queue.isPaused || !mayTake(queue.platform)) return false;
    const ms = queue.waitMs();
    if (ms <= 0) return true;
    if (Number.isFinite(ms)) {
      queue.isPaused = true;
      void pause(ms).then(() => {
        queue.isPaused = false;
        sendReady();
      });
    }
    return false;
  }

  function next(): Waiting | null {
    let best: Waiting | null = null;
    for (const queue of queues) {
      if (best !== null && progressOf(queue.platform) >= progressOf(best.platform)) continue;
      if (isReady(queue)) best = queue;
    }
    return best;
  }

  function sendReady(): void {
    while (free > 0) {
      const queue = next();
      const request = queue?.requests.shift();
      if (queue === null || request === undefined) return;
      const { platform } = queue;
      queues.delete(queue);
      if (queue.requests.length > 0) queues.add(queue);
      free--;
      inProgress.set(platform, progressOf(platform) + 1);
      void request().finally(() => {
        free++;
        inProgress.set(platform, progressOf(platform) - 1);
        sendReady();
      });
    }
  }

  return {
    queue(platform, waitMs) {
      const queue: Waiting = { platform, waitMs, requests: [], isPaused: false };
      return (send) =>
        new Promise((resolve, reject) => {
          queue.requests.push(() => send().then(resolve, reject));
          queues.add(queue);
          sendReady();
        });
    },
    join(platform) {
      joined.set(platform, (joined.get(platform) ?? 0) + 1);
      return () => {
        const left = (joined.get(platform) ?? 0) - 1;
        if (left > 0) joined.set(platform, left);
        else joined.delete(platform);
        sendReady();
      };
    },
  };
}
