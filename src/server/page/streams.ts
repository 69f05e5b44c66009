import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { MINUTE_MS } from '../../clock.js';

/** Far fewer than the server's connections, of which each stream holds one. */
const MOST_STREAMS = 32;
const LOOK_EVERY_MS = 1_000;
/** Shorter than the time after which proxies, and this server, close a silent connection. */
const HEARTBEAT_MS = 15_000;
/** Then a stream ends: a browser reconnects, and one that is gone frees its place. */
const LONGEST_MS = 10 * MINUTE_MS;
export const RETRY_SECONDS = 5;

/** The streams of events that keep open pages up to date. */
export interface Streams {
  /** Null while there are too many. */
  open(c: Context, token: string | undefined): Response | null;
  close(): void;
}

export interface StreamsOptions {
  readonly panel: () => Promise<string>;
  /** Whether the session of a token is still open. */
  readonly isOpen: (token: string | undefined) => boolean;
}

/**
 * Each stream writes the newest state once its reader has taken the one before, so nothing queues up for a slow reader, and nobody
 * waits for one.
 */
export function createStreams({ panel, isOpen }: StreamsOptions): Streams {
  const closing = new AbortController();
  let open = 0;

  async function follow(stream: SSEStreamingApi, token: string | undefined): Promise<void> {
    const left = new AbortController();
    stream.onAbort(() => left.abort());
    const end = AbortSignal.any([left.signal, closing.signal, AbortSignal.timeout(LONGEST_MS)]);
    let shown = '';
    let wroteAt = 0;
    while (!end.aborted && isOpen(token)) {
      const current = await panel();
      if (current !== shown) {
        await stream.writeSSE({ event: 'panel', data: current, retry: RETRY_SECONDS * 1000 });
        shown = current;
        wroteAt = performance.now();
      } else if (performance.now() - wroteAt >= HEARTBEAT_MS) {
        await stream.write(': still here\n\n');
        wroteAt = performance.now();
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: end, ref: false }).catch(() => undefined);
    }
  }

  return {
    open(c, token) {
      if (open >= MOST_STREAMS) return null;
      open++;
      // Proxies such as nginx would otherwise buffer events.
      c.header('X-Accel-Buffering', 'no');
      return streamSSE(c, (stream) => follow(stream, token).finally(() => open--));
    },
    close: () => closing.abort(),
  };
}
