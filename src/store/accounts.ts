import type { FailureReason, SkipReason } from '../errors.js';
import type { Selection } from './selection.js';

/**
 * How a planned (account, day) ended.
 * `settled`: final values written. `provisional`: values written before the settling time. `pending`: ended, nothing there
 * yet. `no_data`: settling time passed, still nothing. `failed`: see the reason. `skipped`: not asked, on purpose.
 */
export const OUTCOME_STATES = ['settled', 'provisional', 'pending', 'no_data', 'failed', 'skipped'] as const;

/** One of `OUTCOME_STATES`. */
export type OutcomeState = (typeof OUTCOME_STATES)[number];

/** What the ledger (`collection_outcomes`) knows of an account's day. */
export interface LedgerEntry {
  readonly date: string;
  readonly state: OutcomeState;
  /** Metrics that the account had on other days, and not on this one when it was last asked for. */
  readonly missing: readonly string[];
  /** What is stored of the day. */
  readonly figures: Figures;
  /** Of a provisional day: why what the platform said of it is not believed yet. */
  readonly doubt: DoubtReason | null;
}

/** Values, nothing but zeros, or no value at all. */
export const FIGURES = ['values', 'zero', 'nothing'] as const;
export type Figures = (typeof FIGURES)[number];

/** The account alone shows nothing but zeros for a day, or most accounts of its platform show zeros or nothing. */
export const DOUBT_REASONS = ['fell_to_zero', 'platform_anomaly'] as const;
export type DoubtReason = (typeof DOUBT_REASONS)[number];

/** The first and the last day (`YYYY-MM-DD`) on which an account had each metric of a day. */
export type MetricDays = Readonly<Record<string, readonly [first: string, last: string]>>;

/** Dates `YYYY-MM-DD`, both inclusive. */
export interface DateRange {
  readonly since: string;
  readonly until: string;
}

export interface AccountFilter {
  readonly selection: Selection;
  readonly platforms: readonly string[];
}

export interface AccountsRequest {
  readonly filter: AccountFilter;
  readonly ledger: DateRange;
  /** The run that reads them; null where none does. */
  readonly runId: string | null;
  /** Reads them as they would be after `syncAccounts` for these platforms, without a trace of it; null to read them as they are. */
  readonly preview: SyncRequest['collected'] | null;
}

export interface SyncRequest {
  /** The platforms that are collected; connections of other services are ignored. */
  readonly collected: readonly string[];
  /** Only this user's; null for all. */
  readonly userId: string | null;
}

export interface SuccessionsRequest {
  /** Only this user's; null for all. */
  readonly userId: string | null;
  /** The run's clock, once it is known to be right. */
  readonly at: Date;
  /** After so many days without a collected day, a failing primary account gives way to a working one. */
  readonly windowDays: number;
}

export interface SyncedAccounts {
  /** Accounts of users whom the application's table of users does not know: they are not collected. */
  readonly unknownUsers: number;
}

/** An account that is to take another's place in `analytics_snapshots`. */
export interface Succession {
  /** Their keys in `collection_accounts`. */
  readonly account: number;
  readonly former: number;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string;
  readonly formerAccountId: string;
  /** Why the former one failed; null when it is no longer connected. */
  readonly reason: string | null;
}

/** How many connections there are, of all users or of one. */
export interface ConnectionCounts {
  /** Each service that there is a connection of, collected or not. */
  readonly services: readonly { readonly service: string; readonly active: number; readonly inactive: number }[];
  /** Connections with a token that is encrypted. */
  readonly encrypted: number;
  /** Where the one user has none: users whose ids begin or end alike. */
  readonly neighbours: readonly string[];
}

export interface AccountPage {
  readonly accounts: readonly StoredAccount[];
  /** How many there are in all; with the first page only. */
  readonly total: number | null;
}

/** An active account: what is collected, whichever connections open it. */
export interface StoredAccount {
  /** Its key in `collection_accounts`. */
  readonly id: number;
  readonly userId: string;
  readonly platform: string;
  /** Null where its connection names no account. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  /** The one renewed last comes first. */
  readonly connections: readonly [StoredConnection, ...StoredConnection[]];
  /** ISO 8601 with offset: since when each run has failed for it; null when the last one did not. */
  readonly failingSince: string | null;
  /** How many runs that is; 0 when the last one did not fail. */
  readonly failingRuns: number;
  /** The first day that was collected of it. */
  readonly firstDay: string | null;
  /** Every day up to this one is collected, empty for good or lost. */
  readonly doneTo: string | null;
  /** The last day whose closing figures change no more. */
  readonly closingDay: string | null;
  readonly metrics: MetricDays;
  /** Since the window's beginning, or since the first day that is not done. */
  readonly ledger: readonly LedgerEntry[];
}

/** An active connection as stored: tokens are ciphertext. */
export interface StoredConnection {
  readonly id: string;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  /** ISO 8601 with offset. */
  readonly tokenExpiresAt: string | null;
}

/** A row of `analytics_snapshots`, or of `analytics_account_snapshots` where its account is not the primary one. */
export interface SnapshotRow {
  /** Its account's key; it tells user, platform and table. */
  readonly account: number;
  readonly metric: string;
  readonly value: number;
  readonly date: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A row of `collection_outcomes`; `run_id` and `updated_at` are the database's to fill. */
export type OutcomeRow = {
  readonly account: number;
  readonly date: string;
  readonly metrics: number;
  /** As in `LedgerEntry`. */
  readonly missing: readonly string[];
  readonly figures: Figures;
} & (
  | { readonly state: 'failed'; readonly reason: FailureReason; readonly message: string }
  | { readonly state: 'skipped'; readonly reason: SkipReason; readonly message: string }
  | { readonly state: 'provisional'; readonly reason: DoubtReason | null; readonly message: null }
  | {
      readonly state: Exclude<OutcomeState, 'failed' | 'skipped' | 'provisional'>;
      readonly reason: null;
      readonly message: null;
    }
);

/** How an account stands after a run. */
export interface AccountRow {
  readonly id: number;
  /** The connection that opened it, or was last tried. */
  readonly connectionId: string;
  /** Why the account, or its first day that failed, could not be collected; null when nothing failed. */
  readonly reason: FailureReason | null;
  readonly message: string | null;
  /** False where the API was shut, throttled or out of calls: the account is as early in the order of the next run as before. */
  readonly reached: boolean;
  readonly doneTo: string | null;
  /** What it was when the account was read. */
  readonly doneToBefore: string | null;
  /** As in `StoredAccount`; null where it stays what it was. */
  readonly closingDay: string | null;
  readonly metrics: MetricDays;
  /** Days found to be beyond the platform's reach in this run. */
  readonly daysLost: number;
  /** Up to this day nothing can be asked any more: rows that are provisional there become settled. */
  readonly closedTo: string | null;
}

export interface RecordBatch {
  readonly runId: string;
  /** The run's clock. */
  readonly at: Date;
  readonly accounts: readonly AccountRow[];
  readonly snapshots: readonly SnapshotRow[];
  readonly outcomes: readonly OutcomeRow[];
  /** Overwrite settled rows too. */
  readonly refresh: boolean;
  /** Overwrite the rows of other writers. */
  readonly adopt: boolean;
}

export interface RecordCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly foreign: ForeignRows;
}

export const NOTHING_RECORDED: RecordCounts = {
  inserted: 0,
  updated: 0,
  unchanged: 0,
  foreign: { rows: 0, since: null, until: null },
};

/** Rows of other writers in whose place a value was to be written: they stand. */
export interface ForeignRows {
  readonly rows: number;
  /** The first and the last day of theirs; null when there is none. */
  readonly since: string | null;
  readonly until: string | null;
}
