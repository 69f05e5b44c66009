import type { FailureReason } from '../errors.js';
import type {
  AccountFilter,
  AccountPage,
  AccountsRequest,
  ConnectionCounts,
  DateRange,
  RecordBatch,
  RecordCounts,
  StoredConnection,
  Succession,
  SuccessionsRequest,
  SyncedAccounts,
  SyncRequest,
} from './accounts.js';
import type { AppliedSchema } from './apply-schema.js';
import type { RunSummary } from './run-summary.js';

/**
 * The contract of a store: where connections are read and snapshots are written. Every store speaks to the same SQL
 * functions (see `functions/`), so that a call is one statement and one transaction, over REST as over a socket. A method's
 * function is its name in snake_case with `collection` in it (`beginRun`: `begin_collection_run`), since the schema `public` is the
 * application's too; a function without a method is named likewise.
 * Every method throws `CollectError` (`store_unreachable`, `store_refused`, `schema_missing`, `schema_outdated`,
 * `store_failed`), with nothing of a connection string or a key in it.
 */
export interface Store {
  /** For people: `Supabase at abc.supabase.co`, `PostgreSQL at db.example.com/app`, `embedded PostgreSQL in /home/…`. No secrets. */
  readonly description: string;

  /** Refuses a database without the schema, or whose `analytics_snapshots` lacks the right unique key or would round values. */
  check(): Promise<void>;
  /** Creates or updates tables, views and functions. Idempotent. A Supabase store cannot, and says where to paste it. */
  applySchema(): Promise<AppliedSchema>;

  /** Takes the lease of a scope by writing its run's row. */
  beginRun(run: NewRun): Promise<Lease>;
  /** Renews the lease's heartbeat. False when the lease was lost to another run. */
  renewRun(runId: string): Promise<boolean>;
  finishRun(runId: string, status: RunStatus, summary: RunSummary): Promise<void>;
  /** A run by its id, a UUID; null when there is none. */
  readRun(runId: string): Promise<RunRow | null>;
  /**
   * The newest run of any scope, and when all users were last gone through by runs that completed, wholly or in part: when
   * that run began or, where shards did it, the one of them that is longest ago.
   */
  lastRuns(): Promise<{ readonly run: RunRow | null; readonly succeededAt: string | null }>;

  /** Brings the accounts in step with the connections, and sees to it that each user and platform has one primary account. */
  syncAccounts(request: SyncRequest): Promise<SyncedAccounts>;
  /** Which primary accounts are to give way, and to which: each is for `makePrimary`. */
  findSuccessions(request: SuccessionsRequest): Promise<readonly Succession[]>;
  /** Makes one account the primary one in place of another. False when the other has recovered, or gave way already. */
  makePrimary(succession: Pick<Succession, 'account' | 'former'>): Promise<boolean>;
  /**
   * Active accounts, those collected longest ago first, in pages; each with its outcomes from `ledger.since`, or from the first
   * day that is not done, to `ledger.until`.
   */
  readAccounts(request: AccountsRequest): AsyncIterable<AccountPage>;
  /** Writes snapshots, outcomes and how their accounts stand, in one transaction. A lost lease is `CollectError` `lease_lost`. */
  record(batch: RecordBatch): Promise<RecordCounts>;

  /**
   * Keeps a day provisional for all accounts of a platform that showed zeros or nothing for it in this run. How many of them had
   * nothing. A lost lease is `CollectError` `lease_lost`.
   */
  doubtDay(runId: string, day: { readonly platform: string; readonly date: string }): Promise<number>;

  /** What `status` shows. A window for each platform that is collected. */
  readStatus(windows: Readonly<Record<string, DateRange>>): Promise<StatusRows>;
  /** What was written since an instant, by platform and metric. */
  writtenSince(since: Date): Promise<WrittenMetric[]>;

  /** Connections in use whose access token ends before an instant (ISO 8601), the soonest first. */
  tokensEnding(filter: AccountFilter, before: string): Promise<TokenEnd[]>;
  /** Deletes a platform's snapshots and outcomes of old days, or counts them. */
  prune(request: PruneRequest): Promise<PruneCounts>;

  /** Every connection, active or not, without tokens. */
  listConnections(): Promise<ConnectionSummary[]>;
  /** How many connections there are, of one user or of all. */
  countConnections(userId: string | null): Promise<ConnectionCounts>;
  /** Adds a connection, or renews the one with the same user, platform and account. Tokens come encrypted. Throws `usage` when the table takes no such ids. */
  saveConnection(connection: NewConnection): Promise<{ id: string; created: boolean }>;
  /** Removes a connection; what was collected of its account stays. False when `platform_connections` has none with that id. */
  removeConnection(id: string): Promise<boolean>;
  /** Makes the account that a connection opens the primary one of its user and platform, of the platforms that are collected. */
  choosePrimary(connectionId: string, collected: SyncRequest['collected']): Promise<ChosenPrimary>;

  close(): Promise<void>;
}

/** How a run ended; `abandoned` when its process died. */
export type RunStatus = 'running' | 'completed' | 'partial' | 'failed' | 'interrupted' | 'abandoned';

export interface NewRun {
  /** `all`, `user:ID` or `shard:I/N`. One run at a time holds a scope. */
  readonly scope: string;
  /** What started it: `cli`, `sandbox`, … */
  readonly trigger: string;
}

export type Lease =
  | { readonly held: true; readonly runId: string }
  | {
      readonly held: false;
      readonly by: { readonly runId: string; readonly startedAt: string; readonly heartbeatAt: string };
    };

export interface RunRow {
  readonly runId: string;
  readonly scope: string;
  readonly trigger: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly heartbeatAt: string;
  readonly finishedAt: string | null;
  readonly summary: RunSummary;
}

/** What came of choosing an account as the primary one of its user and platform. */
export type ChosenPrimary =
  | { readonly result: 'not_found' }
  | { readonly result: 'not_collected'; readonly platform: string; readonly accountId: string | null }
  | {
      readonly result: 'changed' | 'unchanged';
      readonly userId: string;
      readonly platform: string;
      readonly accountId: string;
    };

export interface StatusRows {
  readonly platforms: readonly PlatformStatusRow[];
  /** Active connections of services that are not collected, by service. */
  readonly ignored: Readonly<Record<string, number>>;
}

export interface PlatformStatusRow {
  readonly platform: string;
  /** Accounts that an active connection opens. */
  readonly accounts: number;
  /** Of these, those with at least one day in the window that is `settled` or `provisional`. */
  readonly accountsWithData: number;
  /** The newest day that was collected of any account, or null. */
  readonly newestDay: string | null;
  /** (account, day) pairs of the window without an outcome, `pending` or `failed`. */
  readonly daysMissing: number;
  /** Days of its accounts that can no longer be collected. */
  readonly lostDays: number;
  readonly failing: readonly FailingAccount[];
}

/** An account for which the last run failed, or that lacked a permission. */
export interface FailingAccount {
  readonly connectionId: string;
  readonly userId: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly reason: FailureReason;
  readonly message: string | null;
  /** The UTC date of the first of the runs that failed one after the other. */
  readonly failingSince: string;
  /** How many there were. */
  readonly runs: number;
}

/** Rows written of a metric. */
export interface WrittenMetric {
  readonly platform: string;
  readonly metric: string;
  readonly rows: number;
  readonly users: number;
  /** Their sum, where values of the metric may be added up. */
  readonly total: number | null;
}

/** An access token that ends, known by its connection. */
export interface TokenEnd extends StoredConnection {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly tokenExpiresAt: string;
}

export interface PruneRequest {
  readonly platform: string;
  /** `YYYY-MM-DD`: this day and those after it stay. */
  readonly before: string;
  /** Count only. */
  readonly dryRun: boolean;
}

/** What was deleted, or would be. */
export interface PruneCounts {
  readonly snapshots: number;
  readonly outcomes: number;
  /** Distinct dates, and users, of the snapshots. */
  readonly days: number;
  readonly users: number;
}

/** A connection without its tokens. */
export interface ConnectionSummary {
  readonly id: string;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly active: boolean;
  /** Whether it opens the account whose rows go to `analytics_snapshots`. */
  readonly isPrimary: boolean;
  readonly tokenExpiresAt: string | null;
}

/** A connection to be stored, under the account that it opens. */
export interface NewConnection {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** ISO 8601. */
  readonly tokenExpiresAt: string | null;
}
