import type { CollectEvent } from '../../report/events.js';
import { cleanText } from './text.js';

/** Shows an operator, on stderr, how a run is going. */
export interface Reporter {
  onEvent(event: CollectEvent): void;
  /** Prints something that is not about the run itself. */
  notice(text: string): void;
  /** Prints that the run is ending early, as requested. */
  stopping(): void;
  /** Clears what is shown only during the run. */
  end(): void;
}

export interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** On a terminal that reports a width of 0 columns, as in some containers, ora would clear lines forever. */
export function isAnimatable(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.columns > 0 && process.env.TERM !== 'dumb' && !process.env.CI;
}

export const STOPPING = 'stopping: no new requests, recording what was fetched; press Ctrl-C again to quit at once';

/** For `--quiet`. */
export const silentReporter: Reporter = { onEvent() {}, notice() {}, stopping() {}, end() {} };

/** For a terminal, until the run is prepared and what animates is loaded. */
export const openingReporter: Reporter = {
  onEvent(event) {
    if (event.type === 'warning') openingReporter.notice(`warning: ${event.message}`);
  },
  notice(text) {
    process.stderr.write(`${cleanText(text)}\n`);
  },
  stopping() {
    openingReporter.notice(STOPPING);
  },
  end() {},
};
