/** How fast an API may be asked. */
export interface Pace {
  /** Requests a second, on average over `overSeconds`. */
  readonly perSecond?: number;
  /** The seconds over which the API counts: as many requests as it allows in them may be sent at once. Default: 1. */
  readonly overSeconds?: number;
  /** Requests that an app may send in a day, and so in one run. What they do not suffice for is left to the next run. */
  readonly perDay?: number;
}

/** The pace of one of a platform's APIs: what is stated for it, or for the platform, and so for each of its APIs. */
export function paceOf(paces: Readonly<Record<string, Pace>> = {}, platform: string, api: string): Pace | undefined {
  return paces[api] ?? paces[platform];
}

/** Requests a second to each API of a platform, by the platform's name, in place of what the platform states. */
export type Rates = Readonly<Record<string, number>>;

/** A pace at another rate, counted over the same seconds. */
export function withRate(pace: Pace = {}, perSecond: number | undefined = pace.perSecond): Pace {
  return perSecond === undefined ? pace : { ...pace, perSecond };
}

/** Keeps the requests to an API within its pace. Times are milliseconds on a monotonic clock. */
export interface Pacer {
  /** Milliseconds until a request may be sent; Infinity while that depends on requests in flight. */
  waitMs(now: number): number;
  begin(): void;
  end(now: number): void;
  /** Whether the requests of the day have been sent. */
  readonly isUsedUp: boolean;
}

/**
 * In any period, no more requests are in flight or answered than are allowed in it. They count from their answers on, because the
 * API counts a request when it arrives, which is between its sending and its answer.
 */
export function createPacer({ perSecond = Number.POSITIVE_INFINITY, overSeconds = 1, perDay }: Pace): Pacer {
  const most = Math.max(1, Math.floor(perSecond * overSeconds));
  const periodMs = perSecond === Number.POSITIVE_INFINITY ? 0 : (1_000 * most) / perSecond;
  /** When the last answers came, the oldest first. */
  const answers: number[] = [];
  let inFlight = 0;
  let begun = 0;
  return {
    waitMs(now) {
      while (answers[0] !== undefined && answers[0] + periodMs <= now) answers.shift();
      if (inFlight + answers.length < most) return 0;
      return answers[0] === undefined ? Number.POSITIVE_INFINITY : answers[0] + periodMs - now;
    },
    begin() {
      begun++;
      inFlight++;
    },
    end(now) {
      inFlight--;
      answers.push(now);
    },
    get isUsedUp() {
      return perDay !== undefined && begun >= perDay;
    },
  };
}
