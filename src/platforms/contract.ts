import type { PlatformError, SkipReason } from '../errors.js';
import type { Http } from '../http/http.js';
import type { Pace } from '../http/pace.js';
import type { ConsentFlow } from './consent.js';
import type { ApiVersion } from './version.js';

/** One calendar day in a platform's own time zone. A day has 23, 24 or 25 hours. */
export interface Day {
  /** `YYYY-MM-DD` in the platform's time zone. */
  readonly date: string;
  /** The first instant of the day. */
  readonly start: Date;
  /** The first instant after the day. */
  readonly end: Date;
}

/** A connected account, its tokens decrypted. Kept in memory only. Ids can exceed 2^53, so they are always strings. */
export interface Account {
  readonly accountId: string;
  /** Empty if the platform needs none (`needsToken`). */
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly tokenExpiresAt: Date | null;
}

/** The platform's own split of one value, under the stored names. */
export type Split = Readonly<Record<string, number>>;

/** A value that the API gave for a day. If it gave none, there is no `MetricValue`: absent is not zero. */
export interface MetricValue {
  /** The name stored: one of the platform's `metrics`. */
  readonly metric: string;
  readonly value: number;
  /** By content type. */
  readonly postTypes?: Split;
  /** By whether the viewer follows the account: `follower`, `non_follower`. */
  readonly followTypes?: Split;
  /** By kind of reaction. */
  readonly reactions?: Split;
}

/** A list with at least one item. */
export type NonEmpty<T> = readonly [T, ...T[]];

export function isNonEmpty<T>(items: readonly T[]): items is NonEmpty<T> {
  return items.length > 0;
}

/** A platform's result for one day. */
export type DayResult =
  | {
      readonly date: string;
      readonly kind: 'collected';
      readonly values: NonEmpty<MetricValue>;
      /** Whether the platform says that the values are final. Absent: they are when the day has settled. */
      readonly final?: boolean;
    }
  /** The API has no data for the day yet or, if it is final, never will. */
  | { readonly date: string; readonly kind: 'no_data'; readonly final?: boolean }
  /** Some of it could not be fetched; `values` holds the rest, and the next run asks again. */
  | {
      readonly date: string;
      readonly kind: 'failed';
      readonly error: PlatformError;
      readonly values: readonly MetricValue[];
    }
  /** Not collected at all, for a reason that is shown to the operator. */
  | { readonly date: string; readonly kind: 'skipped'; readonly reason: SkipReason; readonly why: string };

/** The result of a day on which nothing failed. `final`: only if the platform itself says whether the day is final. */
export function dayResult(date: string, values: readonly MetricValue[], final?: boolean): DayResult {
  const said = final === undefined ? {} : { final };
  return isNonEmpty(values) ? { date, kind: 'collected', values, ...said } : { date, kind: 'no_data', ...said };
}

/** A platform's result for an account. */
export interface Collected {
  /** A result for each day asked for. */
  readonly days: readonly DayResult[];
  /** Totals at the time of the request, if the collector wants them. */
  readonly closing: readonly MetricValue[];
  /**
   * Whether the API has only closing figures for this account, which then settle its days. Default: whether all of the platform's
   * metrics are closing figures.
   */
  readonly onlyClosing?: boolean;
}

/** What is published about a metric: in its rows, in `platforms` and in the documentation. */
export interface MetricInfo {
  /** The name stored in `analytics_snapshots.metric`. */
  readonly name: string;
  /** The API's name, if it differs. */
  readonly apiName?: string;
  /** As the API gives it, never converted. `percent` is of 100, `ratio` of 1. */
  readonly unit: 'count' | 'accounts' | 'minutes' | 'seconds' | 'milliseconds' | 'percent' | 'ratio';
  /** How days combine: `sum` for events, `last` for levels, `none` for unique people, averages and ratios. */
  readonly aggregate: 'sum' | 'last' | 'none';
  /**
   * What the value covers, in the API's terms: the day (the default), the 7 or 28 days that end with it, or everything up to
   * the moment of the request (`lifetime`): a closing figure, filed under the day whose end is nearest.
   */
  readonly period?: 'day' | 'week' | 'days_28' | 'lifetime';
  /** For a retired name: the metric whose value it repeats. */
  readonly aliasOf?: string;
  /** The platform named no successor for the retired name: `aliasOf` is the nearest metric, not an equivalent one. */
  readonly approximate?: true;
  /** When the platform changed how it counts: values before and after must not be compared. Oldest first. */
  readonly breaks?: readonly SeriesBreak[];
  /** A short title, such as `Reach`, for the few main metrics that reports show of each account. Absent for others. */
  readonly main?: string;
  readonly meaning: string;
}

/** A change in how a platform counts a metric. Dates are `YYYY-MM-DD` in the platform's time zone. */
export interface SeriesBreak {
  readonly from: string;
  /** If the change reached accounts on different days: the last of them. */
  readonly until?: string;
  /** What changed, as a sentence. */
  readonly change: string;
}

/** Figures of an account's settled day that must add up by the platform's own definition. */
export type Reconciliation =
  /** A level changes from one day to the next by what was gained and lost. */
  | { readonly kind: 'change'; readonly level: string; readonly gained: string; readonly lost: string }
  /** The parts of a split, as named in `metadata`, never exceed the whole; some of it may belong to no part. */
  | { readonly kind: 'split'; readonly metric: string; readonly split: 'post_types' | 'follow_types' };

/** What the collector provides to a platform during a run. */
export interface PlatformContext {
  readonly http: Http;
  /** For checking whether a token has expired; the collector decides which days have ended. */
  readonly now: () => Date;
  /** The last ended day, if it is among the days asked for. Figures of 7 and of 28 days are requested for this day only. */
  readonly lastEndedDate: string | null;
  readonly wantsClosing: boolean;
  /** Dates that are asked for again when they have settled. What takes further requests, such as splits, may be left out until then. */
  readonly provisional: ReadonlySet<string>;
  /** Metrics that the API has refused the account in this run, so that no later request asks for them. */
  readonly refused: RefusedMetrics;
  /** Warns the operator, once per run for each message or, if given, for each `about`. */
  warn(message: string, about?: string): void;
}

/** What the collector provides to a platform for checking a token. */
export type CheckContext = Pick<PlatformContext, 'http' | 'now' | 'warn'>;

/**
 * The metrics that an API (host, version) refuses one account, remembered during a run. When three accounts are refused a metric
 * that no other account is given, it counts as refused for all.
 */
export interface RefusedMetrics {
  has(api: string, metric: string): boolean;
  add(api: string, metric: string, why: string): void;
  /** The API accepted these metrics in a request for the account. */
  accept(api: string, metrics: readonly string[]): void;
}

/** Tokens that replace an account's former ones, which may no longer work. */
export interface RenewedTokens {
  readonly accessToken: string;
  /** Null if the former one remains in use. */
  readonly refreshToken: string | null;
  /** When the access token ends; null if the platform does not say. */
  readonly expiresAt: Date | null;
}

/** How a platform renews tokens, if the new ones must be stored. */
export interface Renewal {
  /**
   * `ending`: a token is renewed in its last days, while it still works. `expired`: when the access token has ended or is refused
   * (`StaleToken`), the refresh token is exchanged for new tokens, and stops working.
   */
  readonly when: 'ending' | 'expired';
  /** Throws `PlatformError`, `needs_reconnect` when only the owner can help, and `Interrupted`. */
  renew(account: Account, context: CheckContext): Promise<RenewedTokens>;
}

/** A platform: turns days into requests and answers into values. No retries, no database, no clock of its own. */
export interface Platform {
  /** As in `platform_connections.platform` and `analytics_snapshots.platform`. */
  readonly name: string;
  /** As in `metadata.api`, for example `instagram_graph`. */
  readonly api: string;
  readonly day: {
    /** The IANA zone whose midnights end the platform's days. */
    readonly timeZone: string;
    /** Hours after a day's end from which its values are taken as final. */
    readonly settlesAfterHours: number;
    /** For how many ended days, counting back, the API still answers. */
    readonly reachDays: number;
    /** Whether one request answers for a range of days, or each day needs its own requests. */
    readonly asks: 'range' | 'day';
  };
  /** The limits that are known in advance, by API (see `HttpRequest`); one under the platform's name applies to each API. Default: none. */
  readonly pace?: Readonly<Record<string, Pace>>;
  readonly metrics: readonly MetricInfo[];
  /** Which figures must add up; `status` counts the days on which they do not. Default: none. */
  readonly reconciles?: readonly Reconciliation[];
  readonly version: ApiVersion;
  /** False if the API needs no token: nothing is decrypted, and a connection may have none. Default: true. */
  readonly needsToken?: boolean;
  /**
   * The spelling under which an account is stored, for an id as people write it. Throws `PlatformError` if it is none of the platform's,
   * so that the account could never be collected. Default: as it is.
   */
  accountIdOf?(given: string): string;
  /** Whether an expired access token is renewed with the connection's refresh token. */
  readonly renewsTokens: boolean;
  /**
   * The variables that renewal needs and that are not set: one list for each app that would do. Empty if none is missing.
   * Default: none.
   */
  readonly missingForRenewal?: readonly (readonly string[])[];
  /** Absent if renewed tokens need not be stored. */
  readonly renewal?: Renewal;
  /** Absent if accounts cannot be connected in a browser. */
  readonly consent?: ConsentFlow;
  /**
   * Until when the token may read the account's data: until it ends or its access does, whichever is earlier; null if there is no
   * end or it is not known. Absent if the platform never says. One request, sent seldom. Throws `PlatformError` and `Interrupted`.
   */
  accessEnds?(account: Account, context: CheckContext): Promise<Date | null>;
  /** Whether the expiry date stored with an access token applies to it. Pages' tokens do not expire, but often have such a date. */
  endsByDate(accessToken: string): boolean;
  /** What the platform demands of those who store its data, as a sentence; null if nothing. */
  readonly storageRule: string | null;
  /**
   * Collects the given days (ascending, all ended) of one account. A platform that has only closing figures is given the
   * day whose end is nearest, which may not have ended, and returns `no_data` for it.
   * Throws `PlatformError` when no day can be collected, which fails only this account, and `Interrupted`;
   * days that were complete before an interruption may be returned without the others.
   */
  collect(account: Account, days: NonEmpty<Day>, context: PlatformContext): Promise<Collected>;
  /**
   * Asks the API, in at most three requests, whether the tokens open the account, and when the access token ends if that is not
   * known. If an account has several names, `accountId` is the one under which it is stored. Throws `PlatformError` when they do not.
   */
  check(
    account: Account,
    context: CheckContext,
  ): Promise<{ accountId?: string; accountName: string | null; tokenExpiresAt?: Date }>;
}
