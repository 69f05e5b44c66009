import type { AccountDaysRequest, DescribedPage } from './account-days.js';
import type { ListedAccount, ListedAccounts, StatusRows, StatusWindows } from './account-states.js';
import type {
  AccountFilter,
  PlatformDay,
  RecordBatch,
  RecordCounts,
  Succession,
  SuccessionsRequest,
  SyncRequest,
} from './accounts.js';
import type { AppliedSchema } from './apply-schema.js';
import type { Discrepancy, ReconciledDays } from './discrepancies.js';
import type { DayExplanation, ExplainRequest } from './explanation.js';
import type { Inspection } from './inspection.js';
import type { OpenedAccounts, OpenRequest, TokensEnding } from './opening.js';
import type { Patience } from './patience.js';
import type { Renewals } from './renewals.js';
import type { RunSummary } from './run-summary.js';
import type { SavedConnection, StoredNow } from './save-connections.js';
import type { SchemaOptions } from './schema.js';
import type { SharedRuns } from './shared-runs.js';
import type { StoredValue, ValuesRequest } from './values.js';

/**
 * The contract of a store: where connections are read and snapshots are written. Every store calls the same SQL functions (see
 * `functions/`), so that a call is one statement and one transaction, over REST as well as over a socket. A function is named after
 * its method, in snake_case with `collection` added (`beginRun`: `begin_collection_run`), because the application uses the schema
 * `public` too; functions without a method are named the same way, but for `explain_day`, which readers call.
 * Every method throws `CollectError` (`store_unreachable`, `store_refused`, `schema_missing`, `schema_outdated`,
 * `store_slow`, …), which never contains a connection string or a key.
 */
export interface Store {
  /** For messages: `Supabase at abc.supabase.co`, `PostgreSQL at db.example.com/app`, `embedded PostgreSQL in /home/…`. No secrets. */
  readonly description: string;
  /** What is unsafe about the way to the database; each run warns of it. */
  readonly warnings: readonly string[];
  /** The same store, whose calls wait up to a minute for a database that does not answer; but for `renewRun`. */
  patient(patience: Patience): Store;

  /** Refuses a database without the schema, or whose `analytics_snapshots` lacks the right unique key or would round values. */
  check(): Promise<void>;
  /** What the database says about itself; read-only. `jobs`: the names of pg_cron jobs to look for. */
  inspect(jobs: readonly string[]): Promise<Inspection>;
  /** Creates or updates tables, views and functions. Idempotent. A Supabase store cannot do this, and says where to paste the schema. */
  applySchema(options?: SchemaOptions): Promise<AppliedSchema>;

  /** Takes the lease of a scope by writing the run's row. */
  beginRun(run: NewRun): Promise<Lease>;
  /** Renews the lease's heartbeat. False if another run has taken the lease. `process`: of a shared run, a UUID. */
  renewRun(runId: string, process?: string): Promise<boolean>;
  /** For runs that several processes share. */
  readonly shared: SharedRuns;
  readonly renewals: Renewals;
  finishRun(runId: string, status: RunStatus, summary: RunSummary): Promise<void>;
  /** A run by its id, a UUID; null if there is none. */
  readRun(runId: string): Promise<RunRow | null>;
  /**
   * The newest run of any scope; the newest full one, of everybody or of a shard, and the starts of the last ones, newest first; and
   * when all users were last covered by full runs that ended `completed` or `partial`: the start of that run or, if shards covered
   * them, of the oldest shard's run.
   */
  lastRuns(): Promise<LastRuns>;
  /** The newest runs over all users or a shard and, with a user, over that user; the newest first. */
  recentRuns(userId: string | null, most: number): Promise<readonly RunRow[]>;

  /** Updates the accounts to match the connections, and ensures that each user and platform has one primary account. */
  syncAccounts(request: SyncRequest): Promise<void>;
  /**
   * Does the same, and reads the accounts of a run, usually in one call: in pages, those collected longest ago first; each
   * with its outcomes from `ledger.since`, or from the first day that is not done, to `ledger.until`.
   */
  openAccounts(request: OpenRequest): Promise<OpenedAccounts>;
  /** Which primary accounts are to be replaced, and by which: `makePrimary` carries out each one. */
  findSuccessions(request: SuccessionsRequest): Promise<readonly Succession[]>;
  /** Makes an account the primary one in place of another. False if the other has recovered, or was already replaced. */
  makePrimary(succession: Pick<Succession, 'account' | 'former'>): Promise<boolean>;
  /**
   * Writes snapshots, outcomes and the state of their accounts in one transaction. Throws `lease_lost` if the lease was lost, and
   * `PieceTaken` if another attempt has begun with the piece.
   */
  record(batch: RecordBatch): Promise<RecordCounts>;

  /** How many of a platform's accounts have settled values for a day that the run did not ask for. */
  countValues(runId: string, day: PlatformDay): Promise<number>;
  /**
   * Keeps a day provisional for all accounts of a platform that had only zeros or no data for it in this run. Returns how many of
   * them had no data. Throws `lease_lost` if the lease was lost.
   */
  doubtDay(runId: string, day: PlatformDay): Promise<number>;

  /**
   * What `status` shows, given the window of each collected platform: accounts as the last runs left them, and those that have been
   * connected since.
   */
  readStatus(windows: StatusWindows): Promise<StatusRows>;
  /** Accounts that a run has seen, with their states, in pages. */
  listAccounts(listed: ListedAccounts): AsyncIterable<readonly ListedAccount[]>;
  /** A page of accounts in the order of user, platform and account, and how many of their days are complete. */
  describeAccounts(request: AccountDaysRequest): Promise<DescribedPage>;
  /** How many (account, day) pairs have figures that do not add up, by platform. */
  countDiscrepancies(reconciled: ReconciledDays): Promise<Readonly<Record<string, number>>>;
  /** What does not add up, in pages. */
  listDiscrepancies(reconciled: ReconciledDays): AsyncIterable<readonly Discrepancy[]>;
  /** The collected values that a request selects, in pages, in the order of user, platform, account, date and metric. */
  readValues(request: ValuesRequest): AsyncIterable<readonly StoredValue[]>;
  /** How certain each value of an account's day is, or why it is missing, as of an instant. */
  explainDay(request: ExplainRequest, at: Date): Promise<DayExplanation>;
  /** What was written since an instant, by platform and metric. */
  writtenSince(since: Date): Promise<WrittenMetric[]>;

  /** Connections in use whose access token, or whose access to the account's data, ends before an instant (ISO 8601). */
  tokensEnding(filter: AccountFilter, before: string): Promise<TokensEnding>;
  /** Deletes snapshots and outcomes of old days, or counts them. */
  prune(request: PruneRequest): Promise<PruneCounts>;

  /** All connections, active or not, without tokens. */
  listConnections(): Promise<ConnectionSummary[]>;
  /** The ids of the first users that have connections, at most so many. */
  listUsers(most: number): Promise<readonly string[]>;
  /** How many connections there are, of one user or of all. */
  countConnections(userId: string | null): Promise<ConnectionCounts>;
  /** Adds a connection, or renews the one with the same user, platform and account. Tokens must be encrypted. Throws `usage` if the table does not accept the ids. */
  saveConnection(connection: NewConnection): Promise<StoredNow>;
  /** Does the same with several, no two of which may be of the same account. Answers each, in their order. */
  saveConnections(connections: readonly NewConnection[]): Promise<SavedConnection[]>;
  /** Removes a connection; the data collected from its account is kept. False if `platform_connections` has none with that id. */
  removeConnection(id: string): Promise<boolean>;
  /** Makes the account that a connection opens the primary one of its user and platform, if the platform is among `collected`. */
  choosePrimary(connectionId: string, collected: SyncRequest['collected']): Promise<ChosenPrimary>;

  close(): Promise<void>;
}

/** The state of a run; `abandoned` if its process died. */
export type RunStatus = 'running' | 'completed' | 'partial' | 'failed' | 'interrupted' | 'abandoned';

export interface NewRun {
  /** `all`, `user:ID` or `shard:I/N`. Only one run at a time holds a scope. */
  readonly scope: string;
  /** What started it: `cli`, `sandbox`, … */
  readonly trigger: string;
  /** Whether it is over everything due of the users in its scope: all platforms, and no named days. */
  readonly isFull: boolean;
}

export type Lease =
  | { readonly held: true; readonly runId: string }
  | {
      readonly held: false;
      readonly by: { readonly runId: string; readonly startedAt: string; readonly heartbeatAt: string };
    };

export interface LastRuns {
  readonly run: RunRow | null;
  readonly fullRun: RunRow | null;
  readonly starts: readonly string[];
  readonly succeededAt: string | null;
}

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

/** The result of choosing an account as the primary one of its user and platform. */
export type ChosenPrimary =
  | { readonly result: 'not_found' }
  | { readonly result: 'not_collected'; readonly platform: string; readonly accountId: string | null }
  | {
      readonly result: 'changed' | 'unchanged';
      readonly userId: string;
      readonly platform: string;
      readonly accountId: string;
    };

/** The rows written for a metric. */
export interface WrittenMetric {
  readonly platform: string;
  readonly metric: string;
  readonly rows: number;
  readonly users: number;
  /** Their sum; null if values of the metric cannot be added up. */
  readonly total: number | null;
}

export interface PruneRequest {
  readonly platforms: readonly string[];
  /** `YYYY-MM-DD`: this day and later ones are kept. */
  readonly before: string;
  /** Whether to count only. */
  readonly dryRun: boolean;
}

/** What was deleted, or would be. */
export interface PruneCounts {
  readonly snapshots: number;
  readonly outcomes: number;
  /** The numbers of distinct dates and users of the snapshots. */
  readonly days: number;
  readonly users: number;
  /** Partitions that are dropped as a whole. */
  readonly partitions: number;
}

/** How many connections there are, of all users or of one. */
export interface ConnectionCounts {
  /** Each service that has a connection, collected or not. */
  readonly services: readonly { readonly service: string; readonly active: number; readonly inactive: number }[];
  /** Connections with an encrypted token. */
  readonly encrypted: number;
  /** If the one user has none: users whose ids begin or end in the same way. */
  readonly neighbours: readonly string[];
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
  readonly hasRefreshToken: boolean;
}

/** A connection to store, with the account that it opens. */
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
