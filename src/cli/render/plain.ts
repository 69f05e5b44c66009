import {
  advance,
  advanceDays,
  follow,
  formatConnection,
  formatProgress,
  formatStart,
  isPaused,
  type Progress,
  pause,
  startProgress,
} from './progress.js';
import { type Reporter, STOPPING, type Stream } from './reporter.js';
import { cleanText } from './text.js';

export const PROGRESS_EVERY_MS = 10_000;

interface Options {
  readonly stream: Stream;
  /** Whether to print one line per connection. */
  readonly verbose: boolean;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds on a monotonic clock. */
  readonly elapsed?: () => number;
}

/** Timestamped lines, for logs: the start, progress every 10 seconds at most, warnings. */
export function createPlainReporter({
  stream,
  verbose,
  now = Date.now,
  elapsed = () => performance.now(),
}: Options): Reporter {
  let progress: Progress | null = null;
  let saidAt = 0;

  const say = (text: string) => stream.write(`${new Date(now()).toISOString().slice(0, 19)}Z ${cleanText(text)}\n`);

  function sayProgress(progress: Progress): void {
    if (elapsed() - saidAt < PROGRESS_EVERY_MS) return;
    saidAt = elapsed();
    say(formatProgress(progress, elapsed()));
  }

  return {
    onEvent(event) {
      switch (event.type) {
        case 'started':
          // Without connections, the summary or the error says it.
          if (event.connections === 0) break;
          say(formatStart(event));
          if (event.idle === event.connections) break;
          progress = startProgress(event.connections - event.idle, event.days, elapsed());
          saidAt = elapsed();
          break;
        case 'connection':
          progress = advance(progress ?? startProgress(0, null, elapsed()), event.connection, elapsed());
          if (verbose) say(formatConnection(event.connection));
          else sayProgress(progress);
          break;
        case 'progress':
          if (progress === null) break;
          progress = follow(progress, event, elapsed());
          if (!verbose) sayProgress(progress);
          break;
        case 'days':
          progress = advanceDays(
            progress ?? startProgress(0, null, elapsed()),
            event.connectionId,
            event.days,
            elapsed(),
          );
          sayProgress(progress);
          break;
        case 'api': {
          if (progress === null || event.seconds === null) break;
          const isNew = !isPaused(progress, event.api, elapsed());
          progress = pause(progress, event.api, event.seconds, elapsed());
          // Nothing else may be printed until it is over.
          if (isNew && !verbose) say(formatProgress(progress, elapsed()));
          break;
        }
        case 'warning':
          say(`warning: ${event.message}`);
          break;
      }
    },
    notice: say,
    stopping: () => say(STOPPING),
    end() {
      if (progress !== null) say(`done: ${formatProgress(progress, elapsed())}`);
      progress = null;
    },
  };
}
