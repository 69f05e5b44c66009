import type { FailureReason, SkipReason } from '../errors.js';
import type { Selection } from './selection.js';

/**
 * How a planned (account, day) ended. `settled`: final values written. `provisional`: values written before the settling time.
 * `pending`: ended, no data yet. `no_data`: settling time passed, still no data. `failed`: see the reason. `skipped`: not asked for.
 */
export const OUTCOME_STATES = ['settled', 'provisional', 'pending', 'no_data', 'failed', 'skipped'] as const;

/** One of `OUTCOME_STATES`. */
export type OutcomeState = (typeof OUTCOME_STATES)[number];

/** The ledger's (`collection_outcomes`) entry for an account's day. */
export interface LedgerEntry {
  readonly date: string;
  readonly state: OutcomeState;
  /** Metrics that the account had on other days, but not on this one when it was last asked for. */
  readonly missing: readonly string[];
  /** What is stored for the day. */
  readonly figures: Figures;
  /** For a provisional day: why the platform's answer is not yet believed. */
  readonly doubt: DoubtReason | null;
  /** Whether the platform has nothing for the day, for good: it is asked for again only by name. */
  readonly isGone: boolean;
}

/** Values, nothing but zeros, or no value at all. */
export const FIGURES = ['values', 'zero', 'nothing'] as const;
export type Figures = (typeof FIGURES)[number];

/** The account alone has nothing but zeros for a day, or most accounts of its platform have zeros or no data. */
export const DOUBT_REASONS = ['fell_to_zero', 'platform_anomaly'] as const;
export type DoubtReason = (typeof DOUBT_REASONS)[number];

/** The first and the last day (`YYYY-MM-DD`) on which an account had each daily metric. */
export type MetricDays = Readonly<Record<string, readonly [first: string, last: string]>>;

/** Dates `YYYY-MM-DD`, both inclusive. */
export interface DateRange {
  readonly since: string;
  readonly until: string;
}

export interface PlatformDay {
  readonly platform: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
}

export interface AccountFilter {
  readonly selection: Selection;
  readonly platforms: readonly string[];
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
  /** The run's time, confirmed to be right. */
  readonly at: Date;
  /** After this many days without a collected day, a failing primary account is replaced by a working one. */
  readonly windowDays: number;
}

/** An account that is to replace another in `analytics_snapshots`. */
export interface Succession {
  /** The accounts' keys in `collection_accounts`. */
  readonly account: number;
  readonly former: number;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string;
  readonly formerAccountId: string;
  /** Why the former account failed; null if it is no longer connected. */
  readonly reason: string | null;
}

/** The accounts that a request selects. */
export interface AccountCounts {
  readonly accounts: number;
  /** Those of them with nothing due, which are not read, by platform. */
  readonly idle: Readonly<Record<string, number>>;
  /** Users with no other accounts. */
  readonly idleUsers: number;
}

/** An active account: what is collected, whichever connections open it. */
export interface StoredAccount {
  /** Its key in `collection_accounts`. */
  readonly id: number;
  readonly userId: string;
  readonly platform: string;
  /** Null if its connection names no account. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  /** The most recently renewed first. */
  readonly connections: readonly [StoredConnection, ...StoredConnection[]];
  /** ISO 8601 with offset: the first of the consecutive runs that failed for it; null if the last one did not. */
  readonly failingSince: string | null;
  /** The number of those runs; 0 if the last one did not fail. */
  readonly failingRuns: number;
  /** How many accounts of its user, itself included, the run had yet to read or record when it read this one. */
  readonly userAccounts: number;
  /** The first day that was collected for it. */
  readonly firstDay: string | null;
  /** Every day up to this one is collected, finally without data, or lost. */
  readonly doneTo: string | null;
  /** The last day whose closing figures are final. */
  readonly closingDay: string | null;
  readonly metrics: MetricDays;
  /** Null if no run has asked. */
  readonly access: KnownAccess | null;
  /** From the window's first day, or from the first day that is not done. */
  readonly ledger: readonly LedgerEntry[];
}

/** Until when a token may read its account's data, as the platform says. */
export interface KnownAccess {
  /** Which token: the SHA-256 of its ciphertext, in hexadecimal. */
  readonly token: string;
  /** Null if there is no end, or the platform does not say. */
  readonly endsAt: Date | null;
  readonly askedAt: Date;
}

/** An active connection as stored: tokens are ciphertext. */
export interface StoredConnection {
  readonly id: string;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  /** ISO 8601 with offset. */
  readonly tokenExpiresAt: string | null;
}

/** A row of `analytics_snapshots`, or of `analytics_account_snapshots` if its account is not the primary one. */
export interface SnapshotRow {
  /** Its account's key, which determines the user, the platform and the table. */
  readonly account: number;
  readonly metric: string;
  readonly value: number;
  readonly date: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The reason of a day without data if the platform says that it will never have any. */
export const FOR_GOOD = 'for_good' as const;

/** A row of `collection_outcomes`; the database fills in `run_id` and `updated_at`. */
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
  | { readonly state: 'no_data'; readonly reason: typeof FOR_GOOD | null; readonly message: null }
  | { readonly state: 'settled' | 'pending'; readonly reason: null; readonly message: null }
);

/** An account's state after a run. */
export interface AccountRow {
  readonly id: number;
  /** The connection that opened it, or was last tried. */
  readonly connectionId: string;
  /** Why the account, or the first of its days that failed, could not be collected; null if nothing failed. */
  readonly reason: FailureReason | null;
  readonly message: string | null;
  /** False if the API was skipped, throttled or out of quota: the account then keeps its place in the order of the next run. */
  readonly reached: boolean;
  readonly doneTo: string | null;
  /** The value of `doneTo` when the account was read. */
  readonly doneToBefore: string | null;
  /** As in `StoredAccount`; null to keep the stored value. */
  readonly closingDay: string | null;
  readonly metrics: MetricDays;
  /** Days that this run found the platform no longer answers for. */
  readonly daysLost: number;
  /** The platform no longer answers for days up to this one: their provisional rows become settled. */
  readonly closedTo: string | null;
  /** When something may be due again; null if something is due already. */
  readonly dueAt: Date | null;
  /** Null to keep the stored one. */
  readonly access: KnownAccess | null;
}

export interface RecordBatch {
  readonly runId: string;
  /** The run's time. */
  readonly at: Date;
  readonly accounts: readonly AccountRow[];
  readonly snapshots: readonly SnapshotRow[];
  readonly outcomes: readonly OutcomeRow[];
  /** Whether to overwrite settled rows too. */
  readonly refresh: boolean;
  /** Whether to overwrite rows of other writers. */
  readonly adopt: boolean;
  /** In a run that processes share, what the call counts. */
  readonly piece?: PieceCall;
}

/** What a call counts of a piece of a run. */
export interface PieceCall {
  readonly piece: number;
  /** A UUID: which of the processes that share the run records it. */
  readonly process: string;
  /** As in `PieceRequest`. */
  readonly attempt: string;
  /** A UUID: a repeated call counts once. */
  readonly call: string;
  /** As text, so that it stays as it is. */
  readonly counted: string;
  /** How many accounts are in it, and how many of them failed. */
  readonly accounts: number;
  readonly failed: number;
  /** Whether the piece ends with this call. */
  readonly isDone: boolean;
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

/** Rows of other writers that have the key of a collected value, and were kept. */
export interface ForeignRows {
  readonly rows: number;
  /** Their first and last day; null if there are none. */
  readonly since: string | null;
  readonly until: string | null;
}
