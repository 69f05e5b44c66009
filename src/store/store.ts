import type { FailureReason } from '../errors.js';

/**
 * The contract of a store: where connections are read and snapshots are written. Every store speaks to the same SQL
 * functions (see `schema/`), so that a call is one statement and one transaction, over REST as over a socket.
 * Every method throws `CollectError` (`store_unreachable`, `store_refused`, `schema_missing`, `schema_outdated`,
 * `store_failed`), with nothing of a connection string or a key in it.
 */
export interface Store {
  /** For people: `Supabase at abc.supabase.co`, `PostgreSQL at db.example.com/app`, `embedded PostgreSQL in /home/…`. No secrets. */
  readonly description: string;

  /** Refuses a database without the schema, or whose `analytics_snapshots` lacks the right unique key. */
  check(): Promise<void>;
  /** Creates or updates tables and functions. Idempotent. A Supabase store cannot, and says where to paste it. */
  applySchema(): Promise<void>;

  /** Takes the lease of a scope by writing its run's row. */
  beginRun(run: NewRun): Promise<Lease>;
  /** Renews the lease's heartbeat. False when the lease was lost to another run. */
  renewRun(runId: string): Promise<boolean>;
  finishRun(runId: string, status: RunStatus, summary: unknown): Promise<void>;
  /** A run by its id, a UUID; null when there is none. */
  readRun(runId: string): Promise<RunRow | null>;
  /**
   * The newest run of any scope, and when all users were last gone through by runs that completed, wholly or in part: when
   * that run began or, where shards did it, the one of them that is longest ago.
   */
  lastRuns(): Promise<{ readonly run: RunRow | null; readonly succeededAt: string | null }>;

  countConnections(filter: ConnectionFilter): Promise<number>;
  /** Active connections, oldest first, in pages; each with its outcomes between `ledger.since` and `ledger.until`. */
  connections(filter: ConnectionFilter, ledger: DateRange): AsyncIterable<StoredConnection[]>;
  /** Writes snapshots and their outcomes in one transaction. A lost lease is `CollectError` `lease_lost`. */
  record(batch: RecordBatch): Promise<RecordCounts>;

  /** What `status` shows, a row for each platform that has an active connection or a window named. */
  readStatus(windows: Readonly<Record<string, DateRange>>): Promise<PlatformStatusRow[]>;

  /** Active connections whose access token ends before an instant (ISO 8601), the soonest first. */
  tokensEnding(filter: ConnectionFilter, before: string): Promise<TokenEnd[]>;
  /** Deletes a platform's snapshots and outcomes of old days, or counts them. */
  prune(request: PruneRequest): Promise<PruneCounts>;

  /** Every connection, active or not, without tokens. */
  listConnections(): Promise<ConnectionSummary[]>;
  /** Adds a connection, or renews the one with the same user, platform and account. Tokens come encrypted. */
  saveConnection(connection: NewConnection): Promise<{ id: string; created: boolean }>;
  /** Removes a connection and its ledger; its snapshots stay. False when there is none with that id. */
  removeConnection(id: string): Promise<boolean>;

  close(): Promise<void>;
}

/**
 * How a planned (connection, day) ended.
 * `settled`: final values written. `provisional`: values written before the settling time. `pending`: ended, nothing there
 * yet. `no_data`: settling time passed, still nothing. `failed`: see the reason. `skipped`: not asked, on purpose.
 */
export const OUTCOME_STATES = ['settled', 'provisional', 'pending', 'no_data', 'failed', 'skipped'] as const;

export type OutcomeState = (typeof OUTCOME_STATES)[number];

/** What the ledger (`collection_outcomes`) knows of a connection's day. */
export interface LedgerEntry {
  readonly date: string;
  readonly state: OutcomeState;
  /** ISO 8601 with offset: when this day was first found failed, if it has been so ever since; otherwise null. */
  readonly failedSince: string | null;
}

export type RunStatus = 'running' | 'completed' | 'partial' | 'failed' | 'interrupted' | 'abandoned';

export interface NewRun {
  /** `all`, `user:ID` or `shard:I/N`. One run at a time holds a scope. */
  readonly scope: string;
  /** What started it: `cli`, `sandbox`, … */
  readonly trigger: string;
}

export type Lease =
  | { readonly held: true; readonly runId: string; readonly startedAt: string }
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
  readonly summary: unknown;
}

/** Dates `YYYY-MM-DD`, both inclusive. */
export interface DateRange {
  readonly since: string;
  readonly until: string;
}

export interface ConnectionFilter {
  readonly userId?: string;
  readonly platforms?: readonly string[];
  readonly shard?: Shard;
}

/** One of `count` parts of the users: each user is whole in one of them, and always in the same one. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** An active connection as stored: tokens are ciphertext. */
export interface StoredConnection {
  readonly id: string;
  readonly userId: string;
  readonly platform: string;
  /** Null where the row names no account. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  /** ISO 8601 with offset. */
  readonly tokenExpiresAt: string | null;
  /**
   * Another active connection of the same user and platform is the one to collect, for the table's key has room for one: that of the
   * oldest account, and of several connections of that account the newest.
   */
  readonly secondAccount: boolean;
  readonly ledger: readonly LedgerEntry[];
}

/** A row of `analytics_snapshots`, in the table's own spelling. `post_id` is always NULL and therefore not named. */
export interface SnapshotRow {
  readonly user_id: string;
  readonly platform: string;
  readonly source: string;
  readonly metric: string;
  readonly value: number;
  readonly date: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A row of `collection_outcomes`; `attempts`, `run_id` and `updated_at` are the database's to fill. */
export interface OutcomeRow {
  readonly connection_id: string;
  readonly date: string;
  readonly user_id: string;
  readonly platform: string;
  readonly state: OutcomeState;
  readonly reason: FailureReason | null;
  readonly message: string | null;
  readonly metrics: number;
}

export interface RecordBatch {
  readonly runId: string;
  readonly snapshots: readonly SnapshotRow[];
  readonly outcomes: readonly OutcomeRow[];
  /** Overwrite settled rows too. */
  readonly refresh: boolean;
}

export interface RecordCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

export interface PlatformStatusRow {
  readonly platform: string;
  readonly activeConnections: number;
  /** Active connections with at least one day in the window that is `settled` or `provisional`. */
  readonly connectionsWithData: number;
  /** The newest date of any snapshot of the platform, or null. */
  readonly newestDay: string | null;
  /** (connection, day) pairs of the window without an outcome, `pending` or `failed`. */
  readonly daysMissing: number;
  readonly failing: readonly FailingConnection[];
}

/** An active connection whose newest outcome is `failed`. */
export interface FailingConnection {
  readonly connectionId: string;
  readonly userId: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly reason: FailureReason;
  readonly message: string | null;
  /** The first failed day after the last day that did not fail. */
  readonly failingSince: string;
}

/** An access token that ends, known by its connection. */
export interface TokenEnd {
  readonly connectionId: string;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  /** ISO 8601 with offset. */
  readonly tokenExpiresAt: string;
  readonly hasRefreshToken: boolean;
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

export interface ConnectionSummary {
  readonly id: string;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly active: boolean;
  readonly tokenExpiresAt: string | null;
}

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
