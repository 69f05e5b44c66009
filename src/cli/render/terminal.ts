import ora from 'ora';
import type { Colors } from './colors.js';
import {
  advance,
  advanceDays,
  follow,
  formatConnection,
  formatProgress,
  type Progress,
  pause,
  startProgress,
} from './progress.js';
import { type Reporter, STOPPING } from './reporter.js';
import { cleanText, widthOf } from './text.js';
import { wrapLines } from './wrap.js';

/** The time left and the rest of a pause are shown anew even if nothing happens. */
const REFRESH_EVERY_MS = 1_000;

interface Options {
  readonly stream: NodeJS.WriteStream;
  readonly colors: Colors;
  readonly verbose: boolean;
}

/** A status line on the terminal that is updated during the run; warnings are written above it. */
export function createTerminalReporter({ stream, colors, verbose }: Options): Reporter {
  // `discardStdin` would put the terminal in raw mode, where Ctrl-C no longer stops the processes around this one.
  const spinner = ora({ stream, discardStdin: false, color: colors.level > 0 ? 'cyan' : false });
  let progress: Progress | null = null;
  let stopping = false;
  let refreshing: NodeJS.Timeout | undefined;

  const say = (text: string) => stream.write(`${wrapLines(text, widthOf(stream))}\n`);

  const show = (progress: Progress) => {
    spinner.text = `${stopping ? 'stopping: ' : ''}${formatProgress(progress, performance.now())}`;
  };

  return {
    onEvent(event) {
      switch (event.type) {
        case 'started':
          progress = startProgress(event.connections - event.idle, event.days, performance.now());
          spinner.start(formatProgress(progress, performance.now()));
          refreshing ??= setInterval(() => progress && show(progress), REFRESH_EVERY_MS).unref();
          break;
        case 'connection':
          progress = advance(
            progress ?? startProgress(0, null, performance.now()),
            event.connection,
            performance.now(),
          );
          show(progress);
          if (verbose) say(cleanText(formatConnection(event.connection)));
          break;
        case 'progress':
          if (progress === null) break;
          progress = follow(progress, event, performance.now());
          show(progress);
          break;
        case 'days':
          progress = advanceDays(
            progress ?? startProgress(0, null, performance.now()),
            event.connectionId,
            event.days,
            performance.now(),
          );
          show(progress);
          break;
        case 'api':
          if (progress === null || event.seconds === null) break;
          progress = pause(progress, event.api, event.seconds, performance.now());
          show(progress);
          break;
        case 'warning':
          say(`${colors.yellow('warning:')} ${cleanText(event.message)}`);
          break;
      }
    },
    notice: (text) => say(cleanText(text)),
    stopping() {
      stopping = true;
      say(colors.yellow(STOPPING));
    },
    end() {
      clearInterval(refreshing);
      spinner.stop();
    },
  };
}
