import { advance, formatConnection, formatProgress, type Progress, startProgress } from './progress.js';
import { type Reporter, STOPPING, type Stream } from './reporter.js';
import { cleanText, count } from './text.js';

const PROGRESS_EVERY_MS = 10_000;

interface Options {
  readonly stream: Stream;
  /** A line for each connection. */
  readonly verbose: boolean;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds, by a clock that nobody sets. */
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

  return {
    onEvent(event) {
      switch (event.type) {
        case 'started':
          progress = startProgress(event.connections, elapsed());
          saidAt = elapsed();
          say(
            `${event.dryRun ? 'planning' : 'collecting'} ${count(event.connections, 'connection')} from ${event.store}`,
          );
          break;
        case 'connection':
          progress = advance(progress ?? startProgress(0, elapsed()), event.connection);
          if (verbose) say(formatConnection(event.connection));
          else if (elapsed() - saidAt >= PROGRESS_EVERY_MS) {
            saidAt = elapsed();
            say(formatProgress(progress, elapsed()));
          }
          break;
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
