import type { CollectEvent } from '../../report/events.js';

/** Tells an operator, on stderr, how a run goes. */
export interface Reporter {
  onEvent(event: CollectEvent): void;
  /** Says something that is not of the run itself. */
  notice(text: string): void;
  /** Says that the run will end early, as asked. */
  stopping(): void;
  /** Clears what was shown only for the time of the run. */
  end(): void;
}

export interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A terminal that says it is 0 columns wide, as some containers' do, would have ora clear lines for ever. */
export function isAnimatable(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.columns > 0 && process.env.TERM !== 'dumb' && !process.env.CI;
}

export const STOPPING = 'stopping: no new requests, recording what was fetched; press Ctrl-C again to quit at once';

/** For `--quiet`. */
export const silentReporter: Reporter = { onEvent() {}, notice() {}, stopping() {}, end() {} };
