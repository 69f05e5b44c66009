import { steadyClock } from '../clock.js';
import { CollectError, leaseLost } from '../errors.js';
import { createHttp, type HttpClientOptions } from '../http/client.js';
import { createClockCheck } from '../http/clock-skew.js';
import { redact } from '../http/redact.js';
import type { Platform } from '../platforms/contract.js';
import type { AccountFilter, StoredAccount } from '../store/accounts.js';
import type { Store } from '../store/store.js';
import type { Keyring } from '../tokens/keyring.js';
import { planAccount, type RunContext } from './account.js';
import { createAnomalies, recordAnomalies } from './anomalies.js';
import { backfillOf } from './backfill.js';
import { collectInChunks, joinedRecord } from './chunks.js';
import { forEachConcurrently } from './concurrently.js';
import { expectAccounts, expectKnownUser } from './connections.js';
import type { OnEvent } from './events.js';
import { expiringTokens, expiryWarnings } from './expiring.js';
import { renewLease, scopeOf } from './lease.js';
import { closingWarnings, leaseHeld, successionWarning, unknownUsersWarning } from './messages.js';
import { oneLine } from './one-line.js';
import type { CollectOptions } from './options.js';
import type { AccountRecord } from './outcome.js';
import { createRecorder } from './recorder.js';
import { createRefusals } from './refusals.js';
import { failureOf, reportOn } from './report.js';
import { countsOf, type Summary } from './summary.js';
import { createTally } from './tally.js';
import { versionWarning } from './version.js';
import { countNamedDays, DEFAULT_LOOKBACK_DAYS, ledgerRange, openDaysWarning } from './window.js';

const HEARTBEAT_MS = 30_000;

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
 * `CollectError` when there can be no run (`lease_held`, `schema_missing`, `no_connections`, `usage` for an unknown user, …), when the host's clock
 * turns out to be wrong (`clock_skew`), or when the store fails in the middle of one.
 */
export async function collect(collector: Collector, options: CollectOptions, onEvent: OnEvent): Promise<Summary> {
  const { store, now } = collector;
  await store.check();
  if (options.userId !== undefined) await expectKnownUser(store, options.userId);
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
  { store, keyring, platforms, now: wallClock, secrets, http: waits = {} }: Collector,
  options: CollectOptions,
  onEvent: OnEvent,
  { runId, scope }: { runId: string; scope: string },
): Promise<Summary> {
  const now = steadyClock(wallClock);
  const startedAt = now();
  const begunAt = performance.now();
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  const counters = { total: 0, retried: 0 };
  const tally = createTally();
  const anomalies = createAnomalies();
  const said = new Set<string>();
  /** Platforms whose warnings have been given. */
  const met = new Set<Platform>();
  const warn = (text: string, about?: string) => {
    const message = oneLine(redact(text, secrets));
    if (said.has(about ?? message)) return;
    said.add(about ?? message);
    tally.warn(message);
    onEvent({ type: 'warning', message });
  };
  const clock = createClockCheck();
  clock.confirmed.catch(() => halt.abort());
  const http = createHttp({
    concurrency: options.concurrency,
    signal,
    counters,
    now,
    limits: options.limits,
    warn,
    onAnswer: clock.observe,
    ...waits,
  });
  const context: RunContext = {
    platforms,
    keyring,
    http,
    warn,
    now,
    signal,
    secrets,
    refusals: createRefusals(warn),
    window: options.window,
    backlog: options.backlog,
    again: options.refresh || options.adopt,
  };
  const recorder = createRecorder({
    store,
    runId,
    now,
    refresh: options.refresh,
    adopt: options.adopt,
    clock,
    onFailure: () => halt.abort(),
  });
  const namedDays = countNamedDays(options.window, startedAt);
  const heartbeat = options.dryRun ? undefined : setInterval(() => void renewLease(store, runId, halt), HEARTBEAT_MS);

  async function work(account: StoredAccount): Promise<void> {
    const platform = platforms.get(account.platform);
    if (platform === undefined) throw new Error(`${account.platform} is not among the platforms asked for`);
    if (!met.has(platform)) {
      met.add(platform);
      const warnings = [versionWarning(platform, startedAt), openDaysWarning(platform, options.window, startedAt)];
      for (const warning of warnings) if (warning !== null) warn(warning);
    }
    const planned = planAccount(account, platform, context);
    const done = (record: AccountRecord | null) => {
      const report = reportOn(account, planned, record, startedAt);
      tally.add(report, record && failureOf(account, record, report, startedAt));
      anomalies.add(account, record?.days ?? []);
      onEvent({ type: 'connection', connection: report });
    };
    const isIdle = planned.due.length + planned.tooOld.length === 0;
    if (options.dryRun || isIdle) return done(null);
    const written: AccountRecord[] = [];
    let isEmpty = true;
    const alreadyDone = Math.max(0, (namedDays ?? 0) - planned.due.length - planned.tooOld.length);
    for await (const { record, isLast } of collectInChunks(account, platform, planned, context)) {
      isEmpty &&= record.days.length + record.failedDates.length + record.skippedDates.length === 0;
      // Stopped before a single day of it was done: as if it had not been read.
      if (isLast && isEmpty) return;
      const onWritten = (piece: AccountRecord) => {
        written.push(piece);
        if (isLast) return done(joinedRecord(written));
        const days = written.reduce((sum, { days }) => sum + days.length, alreadyDone);
        onEvent({ type: 'days', connectionId: account.connections[0].id, days });
      };
      await recorder.add({ record, onWritten });
    }
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
      const { successions, unknownUsers } = await store.syncAccounts(sync);
      for (const succession of successions) {
        if (await store.succeed(succession)) warn(successionWarning(succession));
      }
      if (unknownUsers > 0) warn(unknownUsersWarning(unknownUsers));
    }
    const ledger = ledgerRange(options.window, startedAt);
    const request = {
      filter,
      ledger,
      runId: options.dryRun ? null : runId,
      ...(options.dryRun && { preview: sync }),
    };
    const read = new Set<number>();
    for await (const page of store.accounts(request)) {
      if (page.total !== null) {
        const { description } = store;
        onEvent({
          type: 'started',
          runId,
          scope,
          store: description,
          connections: page.total,
          days: namedDays,
          dryRun: options.dryRun,
        });
        if (page.total === 0 && !options.allowEmpty) await expectAccounts(store, filter, sync.collected);
        const ends = await expiringTokens({ store, platforms, keyring }, filter, startedAt);
        for (const message of expiryWarnings(ends, startedAt)) warn(message);
      }
      for (const account of page.accounts) {
        // Another run that collects an account meanwhile moves it to the end of the order.
        if (read.has(account.id)) continue;
        read.add(account.id);
        yield account;
      }
    }
  }

  try {
    await forEachConcurrently(accounts(), options.concurrency, work, () => signal.aborted);
    clock.release();
    await recorder.flush();
    if (halt.signal.aborted) throw leaseLost();
    await recordAnomalies(anomalies.found(), runId, store, tally, warn);
    for (const warning of closingWarnings(tally, recorder.counts, platforms)) warn(warning);
  } finally {
    clearInterval(heartbeat);
    http.close();
  }
  return tally.summary({
    runId,
    scope,
    startedAt,
    dryRun: options.dryRun,
    finishedAt: now(),
    durationMs: performance.now() - begunAt,
    interrupted: options.signal.aborted,
    metrics: recorder.counts,
    requests: counters,
    backfill: options.window.kind === 'lookback' ? backfillOf(tally.newAccounts, platforms, startedAt) : {},
  });
}
