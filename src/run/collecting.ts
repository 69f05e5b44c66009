import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.js';
import type { RunContext } from '../collector/ask.js';
import { collectInChunks, joinedRecord } from '../collector/chunks.js';
import type { CollectOptions } from '../collector/options.js';
import { type AccountRecord, isNothingDone } from '../collector/outcome.js';
import { isNothingDue, type Plan, planAccount } from '../collector/plan.js';
import { type Batch, createRecorder, type Recorder, type Written } from '../collector/recorder.js';
import { createRefusals, type Refusals } from '../collector/refusals.js';
import { countNamedDays } from '../collector/window.js';
import { createHttp, type HttpClient, type HttpClientOptions, type HttpCounters } from '../http/client.js';
import { createClockCheck } from '../http/clock-skew.js';
import { paceOf, withRate } from '../http/pace.js';
import type { Platform } from '../platforms/contract.js';
import type { OnEvent } from '../report/events.js';
import type { Telling } from '../report/telling.js';
import type { RecordBatch, RecordCounts, StoredAccount } from '../store/accounts.js';
import { bounded } from '../text.js';
import { replacePrimaries } from './accounts.js';
import type { Collector } from './collector.js';
import { createPhases, type Phases } from './phases.js';

export interface CollectingOptions {
  readonly collector: Collector;
  readonly options: CollectOptions;
  readonly runId: string;
  /** The run's, as `startedAt`. */
  readonly clock: Clock;
  readonly startedAt: Date;
  readonly telling: Telling;
  readonly onEvent: OnEvent;
  /** Aborted as soon as nothing more can be written. */
  readonly halt: AbortController;
  /** What other processes have to know of, or decide. */
  readonly shared?: Pick<HttpClientOptions, 'pacerOf' | 'onShut' | 'budget'>;
}

/** How an account ended: with what was written of it, or null if nothing was due. */
export interface AccountResult {
  readonly account: StoredAccount;
  readonly planned: Plan;
  readonly record: AccountRecord | null;
}

export interface AccountBatch extends Batch {
  /** The account's result once this record is written; null if others of its records follow. */
  resultWith(record: AccountRecord): AccountResult | null;
}

/** Where results go. */
export interface Destination {
  readonly record: (call: RecordBatch, written: readonly Written<AccountBatch>[]) => Promise<RecordCounts>;
  /** Called once for each account, when all of it is written. */
  readonly tell: (result: AccountResult) => void;
  /** Called as soon as writing has failed for good. */
  readonly onFailure: () => void;
  /** Whether an account that an interruption may have cut short is left to another process as it was. Default: false. */
  readonly leavesInterrupted?: boolean;
}

/** Fetches accounts side by side, and records them. */
export interface Collecting {
  /** Aborted by the caller, or by `halt`. */
  readonly signal: AbortSignal;
  readonly requests: Readonly<HttpCounters>;
  readonly refusals: Refusals;
  readonly phases: Phases;
  /** As in `HttpClient`. */
  readonly join: HttpClient['join'];
  readonly shut: HttpClient['shut'];
  /** Opens a recorder, and what collects an account into it. */
  into(destination: Destination): {
    readonly recorder: Pick<Recorder<AccountBatch>, 'flush' | 'counts'>;
    collect(account: StoredAccount, platform: Platform): Promise<void>;
  };
  /** Waits no longer for answers that confirm the clock: no more will come. */
  release(): void;
  close(): void;
}

export function createCollecting(given: CollectingOptions): Collecting {
  const { collector, options, runId, clock, startedAt, telling, onEvent, halt } = given;
  const { keyring, platforms, secrets, answerTimeoutMs, store, renewsTokens = false } = collector;
  const signal = AbortSignal.any([options.signal, halt.signal]);
  // Every request that waits listens to it.
  setMaxListeners(0, signal);
  const requests = { total: 0, retried: 0 };
  const refusals = createRefusals(telling.warn);
  const clockCheck = createClockCheck();
  // Nothing that depends on the clock is written before the platforms have confirmed it.
  const ready = clockCheck.confirmed.then((isRight) => (isRight ? replacePrimaries(given) : undefined));
  ready.catch(() => halt.abort());
  const http = createHttp({
    concurrency: options.concurrency,
    signal,
    counters: requests,
    clock,
    limits: options.limits,
    warn: telling.warnOfApi,
    onApiState: (state) => onEvent({ type: 'api', ...state }),
    onAnswer: (headers, { publicOnly }) => clockCheck.observe(headers, publicOnly),
    paceOf: (name, api) => withRate(paceOf(platforms.get(name)?.pace, name, api), options.rates?.[name]),
    ...given.shared,
    answerTimeoutMs,
  });
  const phases = createPhases(clock);
  const context: RunContext = {
    keyring,
    renewal: { renewals: renewsTokens ? store.renewals : null, keyring, clock, signal },
    http,
    warn: telling.warnOfAccount,
    now: clock.now,
    signal,
    secrets,
    refusals,
  };
  const namedDays = countNamedDays(options.window, startedAt) ?? 0;

  function into({ record, tell, onFailure, leavesInterrupted = false }: Destination): ReturnType<Collecting['into']> {
    const recorder = createRecorder<AccountBatch>({
      record: (call, written) => phases.during('record', () => record(call, written)),
      runId,
      now: clock.now,
      refresh: options.refresh,
      adopt: options.adopt,
      ready,
      onFull: clockCheck.release,
      onFailure,
    });

    async function collect(account: StoredAccount, platform: Platform): Promise<void> {
      telling.platform(platform);
      const isPlanned = phases.begin('plan');
      const planned = planAccount(account, platform, options, clock.now());
      isPlanned();
      if (isNothingDue(planned)) return tell({ account, planned, record: null });
      const written: AccountRecord[] = [];
      let begun = 0;
      for await (const chunk of phases.each('fetch', collectInChunks(account, platform, planned, context))) {
        if (leavesInterrupted && signal.aborted) return;
        const { record, isLast } = chunk;
        if (begun === 0 && isNothingDone(record)) return tell({ account, planned, record });
        const place = begun++;
        const resultWith = (record: AccountRecord) => {
          written[place] = record;
          return isLast ? { account, planned, record: joinedRecord(written) } : null;
        };
        const onWritten = (record: AccountRecord) => {
          const result = resultWith(record);
          if (result !== null) return tell(result);
          const before = Math.max(0, namedDays - planned.due.length - planned.tooOld.length);
          const days = written.reduce((sum, { days }) => sum + days.length, before);
          onEvent({ type: 'days', connectionId: bounded(account.connections[0].id), days });
        };
        await recorder.add({ record, resultWith, onWritten });
      }
    }

    return { recorder, collect };
  }

  return {
    signal,
    requests,
    refusals,
    phases,
    join: http.join,
    shut: http.shut,
    into,
    release: clockCheck.release,
    close: http.close,
  };
}
