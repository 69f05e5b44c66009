import { CollectError, type PlatformError, type SkipReason } from '../errors.js';
import type { Http } from '../http/http.js';
import type { Values, Variable } from '../setting.js';

/** One calendar day in a platform's own time zone. A day has 23, 24 or 25 hours. */
export interface Day {
  /** `YYYY-MM-DD` in the platform's time zone. */
  readonly date: string;
  /** The first instant of the day. */
  readonly start: Date;
  /** The first instant after the day. */
  readonly end: Date;
}

/** A connected account, its tokens decrypted. Lives in memory only. Ids exceed 2^53 and are strings, always. */
export interface Account {
  readonly accountId: string;
  /** Empty where the platform needs none (`needsToken`). */
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly tokenExpiresAt: Date | null;
}

/** The platform's own split of one value, under the names that readers know. */
export type Split = Readonly<Record<string, number>>;

/** A value that the API gave for a day. Absent values have no `MetricValue`: absent is not zero. */
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

/** Items of which there is at least one. */
export type NonEmpty<T> = readonly [T, ...T[]];

export function isNonEmpty<T>(items: readonly T[]): items is NonEmpty<T> {
  return items.length > 0;
}

/** What a platform has to say of one day. */
export type DayResult =
  | { readonly date: string; readonly kind: 'collected'; readonly values: NonEmpty<MetricValue> }
  /** The API has nothing for the day, so far. */
  | { readonly date: string; readonly kind: 'no_data' }
  /** Some of it could not be fetched; `values` holds the rest, and the next run asks again. */
  | {
      readonly date: string;
      readonly kind: 'failed';
      readonly error: PlatformError;
      readonly values: readonly MetricValue[];
    }
  /** Not to be collected at all, for a reason that the operator is told. */
  | { readonly date: string; readonly kind: 'skipped'; readonly reason: SkipReason; readonly why: string };

/** What a platform has to say of a day without trouble. */
export function dayResult(date: string, values: readonly MetricValue[]): DayResult {
  return isNonEmpty(values) ? { date, kind: 'collected', values } : { date, kind: 'no_data' };
}

/** What a platform has to say of an account. */
export interface Collected {
  /** A result for each day asked for. */
  readonly days: readonly DayResult[];
  /** Totals as of the request, where the collector wants them. */
  readonly closing: readonly MetricValue[];
}

/** What is told of a metric: in its rows, in `platforms` and in the documentation. */
export interface MetricInfo {
  /** The name stored in `analytics_snapshots.metric`. */
  readonly name: string;
  /** The API's name, where it is another. */
  readonly apiName?: string;
  /** As the API gives it, never converted. `percent` is of 100, `ratio` of 1. */
  readonly unit: 'count' | 'accounts' | 'minutes' | 'seconds' | 'milliseconds' | 'percent' | 'ratio';
  /** How days combine: `sum` for events, `last` for levels, `none` for unique people, averages and ratios. */
  readonly aggregate: 'sum' | 'last' | 'none';
  /**
   * What the value covers, in the API's word: the day (the default), the 7 or 28 days that end with it, or everything up to
   * the moment of the request. The latter are closing figures, filed under the day whose end is nearest.
   */
  readonly period?: 'day' | 'week' | 'days_28' | 'lifetime';
  /** Of a retired name: the metric whose value it repeats. */
  readonly aliasOf?: string;
  /** The platform named no successor for the retired name: `aliasOf` is the nearest metric, not the same. */
  readonly approximate?: true;
  readonly meaning: string;
}

/** What the collector lends to a platform for the length of a run. */
export interface PlatformContext {
  readonly http: Http;
  /** For checking whether a token has expired; which days have ended is the collector's business. */
  readonly now: () => Date;
  /** The last ended day, when it is among the days asked for: figures of the 7 and 28 days that end with a day are asked for it alone. */
  readonly lastEndedDate: string | null;
  readonly wantsClosing: boolean;
  /** Metrics that the API refused the account in this run, so that no later request asks for them. */
  readonly refused: RefusedMetrics;
  /** Warns the operator: once a run of each message or, where `about` is given, once of what it names. */
  warn(message: string, about?: string): void;
}

/** What a platform is lent to check a token. */
export type CheckContext = Pick<PlatformContext, 'http' | 'now' | 'warn'>;

/**
 * The metrics that an API (host, version) refuses one account, for the length of a run. Three accounts that are refused a metric
 * which no other is given speak for all.
 */
export interface RefusedMetrics {
  has(api: string, metric: string): boolean;
  add(api: string, metric: string, why: string): void;
  /** The API took these metrics in a request of the account. */
  accept(api: string, metrics: readonly string[]): void;
}

/** The version of an API that is asked, and when it ends. */
export interface ApiVersion {
  /** As it is sent: `v25.0`. */
  readonly name: string;
  /** The date (`YYYY-MM-DD`) on which it ends, or may at the earliest; null where none is known. */
  readonly endsOn: string | null;
  /** The variable that names another one; null where there is none to choose. */
  readonly variable: string | null;
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
    /** How many ended days back the API still answers for. */
    readonly reachDays: number;
    /** Whether one request answers for a range of days, or each day costs requests of its own. */
    readonly asks: 'range' | 'day';
  };
  readonly metrics: readonly MetricInfo[];
  readonly version: ApiVersion;
  /** False where the API answers without one: nothing is decrypted, and a connection may hold none. Absent, it is needed. */
  readonly needsToken?: boolean;
  /** Whether an access token that has run out is renewed with the connection's refresh token. */
  readonly renewsTokens: boolean;
  /** Whether an access token with a date of its end stored beside it ends by it. Pages' tokens do not, and often have one. */
  endsByDate(accessToken: string): boolean;
  /** What the platform demands of those who keep its data, a sentence; null where nothing. */
  readonly storageRule: string | null;
  /**
   * Collects the given days (ascending, all ended) of one account.
   * Throws `PlatformError` when no day can be had, which fails this account alone, and `Interrupted`;
   * days that were complete before an interruption may be returned without the others.
   */
  collect(account: Account, days: NonEmpty<Day>, context: PlatformContext): Promise<Collected>;
  /** Asks the API, in one or two requests, whether the token opens the account. Throws `PlatformError` when it does not. */
  check(account: Account, context: CheckContext): Promise<{ accountName: string | null }>;
}

/** The values of the variables that platforms read, by name, checked. */
export type PlatformVariables = Readonly<Record<string, unknown>>;

/** A platform before it is configured: what is known of it without the environment, and how it is made from that. */
export interface PlatformDefinition<
  Variables extends Readonly<Record<string, Variable>> = Readonly<Record<string, Variable>>,
> {
  /** As in `Platform`. */
  readonly name: string;
  /** For people: `Instagram`. */
  readonly title: string;
  /**
   * The columns of `platform_connections` that may hold the account's id, in the order in which they are believed, where they are
   * others than `ACCOUNT_COLUMNS`. Of the built-in platforms alone: the view `collection_connections` reads them, and a test holds it
   * to this. `--plugin` and `ownPlatforms` refuse it.
   */
  readonly accountColumns?: readonly string[];
  /** What the platform reads from the environment, by name: see `baseAddress`, `credential`, `secret` and `setting`. */
  readonly variables: Variables;
  /** Names that are nearly one of these, common for something else, and so no mistake. */
  readonly unrelatedVariables?: readonly string[];
  create(variables: Values<Variables>): Platform;
}

/** The columns that hold the account's id on any platform. */
export const ACCOUNT_COLUMNS = ['account_id', 'page_id'];

/** A platform, held to the contract by its type. One that reads nothing from the environment may be given as it is. */
export function definePlatform(platform: Platform): PlatformDefinition;
export function definePlatform<Variables extends Readonly<Record<string, Variable>>>(
  definition: PlatformDefinition<Variables>,
): PlatformDefinition<Variables>;
export function definePlatform(given: Platform | PlatformDefinition): PlatformDefinition {
  // A program without types may give anything.
  if (typeof given !== 'object' || given === null) {
    throw new CollectError(
      'usage',
      'definePlatform takes a platform or its definition.',
      'See the type PlatformDefinition.',
    );
  }
  if ('create' in given) return given;
  return { name: given.name, title: given.name, variables: {}, create: () => given };
}
