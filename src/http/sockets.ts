import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { MINUTE_MS } from '../clock.js';
import { hasCode, RunLimit } from '../errors.js';

const PAUSE_MS = 500;
/** Each time so many requests were sent, one more is sent at once, up to the concurrency given. */
const SENT_BEFORE_RAISE = 50;
const MOST_RESTS = MINUTE_MS / PAUSE_MS;

export interface SocketsOptions {
  /** How many may be in use at once. */
  readonly most: number;
  readonly signal: AbortSignal;
  /** Called when this process has run out of open files. */
  readonly closeIdle: () => void;
  readonly warn: (message: string) => void;
}

/** Shares out the sockets that this process may open. */
export interface Sockets {
  /**
   * Calls a function that opens a socket. When there is none left, it is called again after a pause, and fewer are used at once from
   * then on. Throws `RunLimit` after a minute without one, and whatever the function throws.
   */
  use<T>(send: () => Promise<T>): Promise<T>;
}

export function createSockets({ most, signal, closeIdle, warn }: SocketsOptions): Sockets {
  const limit = pLimit(most);
  let resting: Promise<void> | null = null;
  let sentSinceRest = 0;

  /** Requests that fail together are one shortage, and wait together. */
  function rest(code: string): Promise<void> {
    resting ??= lower(code).finally(() => {
      resting = null;
    });
    return resting;
  }

  /** A shortage may be another program's, and over. */
  function raise(): void {
    if (limit.concurrency >= most || ++sentSinceRest < SENT_BEFORE_RAISE) return;
    limit.concurrency++;
    sentSinceRest = 0;
  }

  async function lower(code: string): Promise<void> {
    limit.concurrency = Math.ceil(limit.concurrency / 2);
    sentSinceRest = 0;
    closeIdle();
    warn(
      `no more files or connections can be opened here (${code}), so fewer requests are sent at once; raise the limit with ulimit -n, or lower --concurrency`,
    );
    await sleep(PAUSE_MS, undefined, { signal });
  }

  return {
    async use(send) {
      for (let rests = 0; ; rests++) {
        try {
          const answer = await limit(send);
          raise();
          return answer;
        } catch (error) {
          const code = shortageOf(error);
          if (code === null) throw error;
          if (rests >= MOST_RESTS) throw noSocket(code);
          await rest(code);
        }
      }
    },
  };
}

/** EMFILE: this process has too many open files; ENFILE: all processes of the machine together. */
function shortageOf(error: unknown): string | null {
  return ['EMFILE', 'ENFILE'].find((code) => hasCode(error, code)) ?? null;
}

function noSocket(code: string): RunLimit {
  return new RunLimit(
    'configuration',
    `no connection could be opened here for a minute (${code}); raise the limit with ulimit -n`,
    'connection',
  );
}
