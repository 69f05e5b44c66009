import { CollectError, LeaseHeld } from '../errors.js';
import { createHttp, type HttpClientOptions } from '../http/client.js';
import { redact } from '../http/redact.js';
import type { Platform } from '../platforms/platform.js';
import type { AccountFilter, Shard, StoredAccount } from '../store/accounts.js';
import type { Store } from '../store/store.js';
import type { Keyring } from '../tokens/keyring.js';
import { collectAccount, planAccount, type RunContext } from './account.js';
import { forEachConcurrently } from './concurrently.js';
import type { OnEvent } from './events.js';
import { expiringTokens, expiryWarnings } from './expiring.js';
import { oneLine } from './one-line.js';
import type { AccountRecord } from './outcome.js';
import { DEFAULT_LOOKBACK_DAYS, ledgerRange, openDaysWarning, type Window } from './plan.js';
import { createRecorder } from './recorder.js';
import { createRefusals } from './refusals.js';
import { failureOf, reportOn } from './report.js';
import { countsOf, type Summary } from './summary.js';
import { createTally } from './tally.js';
import { versionWarning } from './version.js';
import { foreignWarning, permissionWarning, successionWarning, unknownUsersWarning } from './warnings.js';

const HEARTBEAT_MS = 30_000;

export const DEFAULT_CONCURRENCY = 32;

export interface CollectOptions {
  readonly userId?: string;
  readonly platforms?: readonly string[];
  /** One part of the users, with a lease of its own; goes without `userId`. */
  readonly shard?: Shard;
  readonly window: Window;
  /** Requests, and accounts, under way at once. */
  readonly concurrency: number;
  /** Collect again what is settled, and overwrite it. */
  readonly refresh: boolean;
  /** Overwrite the rows of other writers that stand in the place of values collected; what is settled is collected again for it. */
  readonly adopt: boolean;
  /** Plan only: no request, no write, no lease. */
  readonly dryRun: boolean;
  /** Aborted to stop politely: nothing more is asked, what was fetched is written. */
  readonly signal: AbortSignal;
  readonly limits: RunLimits;
  /** What started the run, for `collection_runs.trigger`. */
  readonly trigger: string;
}

/** What a run may cost; what is left when it is reached is due in the next run. */
export interface RunLimits {
  /** Requests in all, retries among them. */
  readonly maxRequests: number;
  readonly maxDurationMs: number;
  /** The longest rest that a platform may ask for. */
  readonly maxWaitMs: number;
}

export const DEFAULT_LIMITS: RunLimits = { maxRequests: 200_000, maxDurationMs: 3 * 3_600_000, maxWaitMs: 300_000 };

export interface Collector {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'decrypt'>;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly now: () => Date;
  /** Struck out of everything an API says. */
  readonly secrets: readonly string[];
  /** For tests, which need not wait. */
  readonly http?: Pick<HttpClientOptions, 'pause' | 'answerTimeoutMs'>;
}

/**
 * One run: takes the lease, brings the accounts in step with the connections, streams them, plans and fetches each, records, and sums up. Throws
 * `CollectError` when there can be no run (`lease_held`, `schema_missing`, …) or when the store fails in the middle of one.
 */
export async function collect(collector: Collector, options: CollectOptions, onEvent: OnEvent): Promise<Summary> {
  const { store, now } = collector;
  await store.check();
  const scope = scopeOf(options);
  if (options.dryRun) return run(collector, options, onEvent, { runId: 'dry-run', scope });

  const lease = await store.beginRun({ scope, trigger: options.trigger });
  if (!lease.held) throw leaseHeld(scope, lease.by);
  try {
    const summary = await run(collector, options, onEvent, { runId: lease.runId, scope });
    await store.finishRun(lease.runId, summary.status, countsOf(summary));
    return summary;
  } catch (error) {
    const { code, message } = error instanceof CollectError ? error : { code: null, message: 'unexpected error' };
    // A database that is away has been waited for already; the lease ends with its last heartbeat.
    if (code !== 'store_unreachable') {
      const summary = { error: message, finished_at: now().toISOString() };
      await store.finishRun(lease.runId, 'failed', summary).catch(() => undefined);
    }
    throw error;
  }
}

async function run(
  { store, keyring, platforms, now, secrets, http: waits = {} }: Collector,
  options: CollectOptions,
  onEvent: OnEvent,
  { runId, scope }: { runId: string; scope: string },
): Promise<Summary> {
  const startedAt = now();
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  const counters = { total: 0, retried: 0 };
  const tally = createTally();
  const said = new Set<string>();
  /** Platforms that an account was met of: what is to be said of them is said. */
  const met = new Set<Platform>();
  const warn = (text: string, about?: string) => {
    const message = oneLine(redact(text, secrets));
    if (said.has(about ?? message)) return;
    said.add(about ?? message);
    tally.warn(message);
    onEvent({ type: 'warning', message });
  };
  const { maxRequests, maxDurationMs, maxWaitMs } = options.limits;
  const http = createHttp({
    ...{ concurrency: options.concurrency, signal, counters, now },
    limits: { maxRequests, maxWaitMs, until: new Date(startedAt.getTime() + maxDurationMs) },
    ...{ warn, ...waits },
  });
  const context: RunContext = {
    ...{ platforms, keyring, http, warn, now, signal, secrets },
    refusals: createRefusals(warn),
    window: options.window,
    again: options.refresh || options.adopt,
  };
  const recorder = createRecorder({
    store,
    runId,
    now,
    refresh: options.refresh,
    adopt: options.adopt,
    onFailure: () => halt.abort(),
  });
  const heartbeat = options.dryRun ? undefined : setInterval(() => void renew(store, runId, halt), HEARTBEAT_MS);

  async function work(account: StoredAccount): Promise<void> {
    const platform = platforms.get(account.platform);
    if (platform === undefined) throw new Error(`${account.platform} is not among the platforms asked for`);
    if (!met.has(platform)) {
      met.add(platform);
      const warnings = [versionWarning(platform, startedAt), openDaysWarning(platform, options.window, startedAt)];
      for (const warning of warnings) if (warning !== null) warn(warning);
    }
    const planned = planAccount(account, platform, context);
    const onWritten = (record: AccountRecord | null) => {
      const report = reportOn(account, planned, record, startedAt);
      tally.add(report, record && failureOf(account, record, report, startedAt));
      onEvent({ type: 'connection', connection: report });
    };
    const isIdle = planned.due.length + planned.tooOld.length === 0;
    if (options.dryRun || isIdle) return onWritten(null);
    const record = await collectAccount(account, platform, planned, context);
    // Stopped before a single day of it was done: as if it had not been read.
    const { days, failedDates, skippedDates } = record;
    if (days.length + failedDates.length + skippedDates.length > 0) await recorder.add({ record, onWritten });
  }

  async function* accounts(): AsyncGenerator<StoredAccount> {
    const filter: AccountFilter = {
      ...(options.userId !== undefined && { userId: options.userId }),
      platforms: options.platforms ?? [...platforms.keys()],
      ...(options.shard !== undefined && { shard: options.shard }),
    };
    const sync = {
      collected: [...platforms.keys()],
      ...(options.userId !== undefined && { userId: options.userId }),
      at: startedAt,
      windowDays: DEFAULT_LOOKBACK_DAYS,
    };
    if (!options.dryRun) {
      const { changes, unknownUsers } = await store.syncAccounts(sync);
      for (const change of changes) warn(successionWarning(change));
      if (unknownUsers > 0) warn(unknownUsersWarning(unknownUsers));
    }
    const ledger = ledgerRange(options.window, startedAt);
    for await (const page of store.accounts(filter, ledger, options.dryRun ? sync : undefined)) {
      if (page.total !== null) {
        const { description } = store;
        onEvent({ type: 'started', runId, scope, store: description, connections: page.total, dryRun: options.dryRun });
        const ends = await expiringTokens({ store, platforms, keyring }, filter, startedAt);
        for (const message of expiryWarnings(ends, startedAt)) warn(message);
      }
      yield* page.accounts;
    }
  }

  try {
    await forEachConcurrently(accounts(), options.concurrency, work, () => signal.aborted);
    await recorder.flush();
    if (halt.signal.aborted) throw leaseLost();
    const { foreign } = recorder.counts;
    if (foreign.rows > 0) warn(foreignWarning(foreign));
    for (const lacking of tally.withoutPermission()) warn(permissionWarning(lacking));
  } finally {
    clearInterval(heartbeat);
    http.close();
  }
  return tally.summary({
    ...{ runId, scope, startedAt, dryRun: options.dryRun },
    finishedAt: now(),
    interrupted: options.signal.aborted,
    metrics: recorder.counts,
    requests: counters,
  });
}

function scopeOf({ userId, shard }: Pick<CollectOptions, 'userId' | 'shard'>): string {
  if (userId !== undefined) return `user:${userId}`;
  return shard === undefined ? 'all' : `shard:${shard.index}/${shard.count}`;
}

/** A lease that is lost stops the run; a heartbeat that did not get through is tried again at the next beat. */
async function renew(store: Store, runId: string, halt: AbortController): Promise<void> {
  const held = await store.renewRun(runId).catch(() => true);
  if (!held) halt.abort();
}

function leaseLost(): CollectError {
  return new CollectError(
    'lease_lost',
    'another run took this one for dead and took over its lease, so it stopped.',
    'Nothing is lost: the other run collects what this one did not.',
  );
}

function leaseHeld(scope: string, by: { runId: string; startedAt: string; heartbeatAt: string }): CollectError {
  return new LeaseHeld(
    by.runId,
    `run ${by.runId} of scope "${scope}" has been at work since ${by.startedAt} (last sign of life ${by.heartbeatAt}).`,
    'Wait for it to end; if it was killed, its lease is taken over once its last sign of life is 2 minutes old.',
  );
}
