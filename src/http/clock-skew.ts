import { CollectError } from '../errors.js';
import { formatNumber } from '../text.js';

/** If the clock is further off, the run ends. */
export const LARGEST_SKEW_MS = 600_000;
/** One answer may come from a proxy whose own clock is off. */
const ANSWERS_TO_DECIDE = 2;

type Headers = Readonly<Record<string, string | undefined>>;

/** Compares the host's clock with the platforms' clocks, using the first answers of a run. */
export interface ClockCheck {
  /**
   * Reads the headers of an answer. That of a server which a user has chosen (`isUsers`) may confirm the clock, but others are waited for
   * before it is refused: two such servers must not end a run for all.
   */
  observe(headers: Headers, isUsers?: boolean): void;
  /**
   * Resolves with whether answers have confirmed the clock: true as soon as two have, false once no more will come. Rejects with
   * `CollectError` `clock_skew` when two say that it is off. A run of one answer is judged by that one.
   */
  readonly confirmed: Promise<boolean>;
  /** Waits no longer: no more answers will come. */
  release(): void;
}

/** `hostNow` is in milliseconds since the epoch. */
export function createClockCheck(hostNow: () => number = Date.now): ClockCheck {
  const answers = { right: 0, off: 0 };
  let lastSkew = 0;
  const { promise, resolve, reject } = withResolvers();
  // A run may end without waiting for it.
  promise.catch(() => undefined);
  return {
    observe(headers, isUsers = false) {
      const skew = skewOf(headers, hostNow());
      if (skew === null) return;
      const isOff = Math.abs(skew) > LARGEST_SKEW_MS;
      const count = isOff ? ++answers.off : ++answers.right;
      lastSkew = skew;
      if (count < ANSWERS_TO_DECIDE) return;
      if (!isOff) resolve(true);
      else if (!isUsers) reject(clockSkew(skew));
    },
    confirmed: promise,
    release() {
      if (answers.off > answers.right) reject(clockSkew(lastSkew));
      else resolve(answers.right > answers.off);
    },
  };
}

/** How far the host's clock is ahead of the server's, in milliseconds; null if the answer does not say (RFC 9110, 6.6.1). */
export function skewOf({ date, age }: Headers, hostMs: number): number | null {
  const answered = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(answered)) return null;
  // A cache passes on the origin's date, and says how old the answer is.
  const cachedMs = /^\d{1,9}$/.test(age ?? '') ? Number(age) * 1_000 : 0;
  return hostMs - (answered + cachedMs);
}

/** `now`, corrected by the platform's clock where that of the host is off, as an answer shows. */
export function platformTime(headers: Headers, now: Date, hostMs: number = Date.now()): Date {
  const skew = skewOf(headers, hostMs) ?? 0;
  return Math.abs(skew) > LARGEST_SKEW_MS ? new Date(now.getTime() - skew) : now;
}

function clockSkew(skewMs: number): CollectError {
  const minutes = formatNumber(Math.round(Math.abs(skewMs) / 60_000));
  return new CollectError(
    'clock_skew',
    `The clock of this machine is ${minutes} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} the platforms' clocks, so values would be stored under the wrong days.`,
    'Nothing was recorded. Set the clock, for example with NTP, and run again.',
  );
}

function withResolvers() {
  let [resolve, reject]: [(isRight: boolean) => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const promise = new Promise<boolean>((onResolve, onReject) => {
    [resolve, reject] = [onResolve, onReject];
  });
  return { promise, resolve, reject };
}
