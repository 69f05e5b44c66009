import { randomUUID } from 'node:crypto';
import { forEachConcurrently } from '../../collector/concurrently.js';
import { addCounts } from '../../collector/recorder.js';
import { Interrupted, PlatformError } from '../../errors.js';
import type { Platform } from '../../platforms/contract.js';
import type { Summary } from '../../report/summary.js';
import { createTally } from '../../report/tally.js';
import { createTelling } from '../../report/telling.js';
import { NOTHING_RECORDED, type PieceCall, type StoredAccount } from '../../store/accounts.js';
import type { Job, Jobs } from '../../store/jobs.js';
import { scopeOf } from '../../store/selection.js';
import { openRun, selectedBy } from '../accounts.js';
import { type AccountResult, type Collecting, type CollectingOptions, createCollecting } from '../collecting.js';
import { NOTHING, type Part, partOf, withRecorded } from './part.js';
import { LARGEST_PIECE } from './work.js';

/** Accounts that are divided into pieces at once. */
const PAGE_SIZE = 500;
/** Into so many pieces at least is a run divided, so that several processes find work. */
const FEWEST_PIECES = 64;

/** Does the jobs of a run in one process. */
export interface Worker {
  plan(job: Extract<Job, { kind: 'plan' }>): Promise<void>;
  /** `failure`: why the accounts are not asked, but recorded as failed; null to collect them. */
  collect(job: Extract<Job, { kind: 'piece' }>, failure: string | null): Promise<void>;
  /** As in `HttpClient`. */
  readonly shut: Collecting['shut'];
  /** What this process alone has done before it was interrupted. */
  ownSummary(): Summary;
  close(): void;
}

/** `processId`: which of the run's processes this is, a UUID. */
export function createWorker(
  given: Omit<CollectingOptions, 'telling'> & { readonly processId: string },
  jobs: Jobs,
): Worker {
  const { collector, options, runId, processId, startedAt, clock, onEvent } = given;
  const { store, platforms, secrets } = collector;
  let warnings: string[] = [];
  let reported = { total: 0, retried: 0 };
  let metrics = NOTHING_RECORDED;
  const telling = createTelling({
    onEvent(event) {
      if (event.type === 'warning') warnings.push(event.message);
      onEvent(event);
    },
    window: options.window,
    startedAt,
    secrets,
  });
  for (const warning of store.warnings) telling.warn(warning);
  const run = { ...given, telling };
  const collecting = createCollecting(run);
  const { signal, requests, refusals, phases } = collecting;
  const selected = selectedBy(given);

  /** A part with what has not been reported since the last one, beside its accounts. */
  function withRest(part: Part): Part {
    const since = { total: requests.total - reported.total, retried: requests.retried - reported.retried };
    const rest = { tally: { ...part.tally, warnings }, refused: refusals.taken(), requests: since };
    warnings = [];
    reported = { ...requests };
    return { ...part, ...rest };
  }

  async function planFirst() {
    // That the run has started is told by each process when it reads the counts.
    const { counts } = await openRun({ ...run, onEvent: () => undefined }, 0);
    const tally = createTally();
    tally.addIdle(counts.idle, counts.idleUsers);
    const idle = Object.values(counts.idle).reduce((sum, accounts) => sum + accounts, 0);
    const pieceSize = Math.ceil((counts.accounts - idle) / FEWEST_PIECES);
    return {
      pieceSize: Math.min(LARGEST_PIECE, Math.max(1, pieceSize)),
      part: withRest({ ...NOTHING, tally: tally.parts }),
      counts: { connections: counts.accounts, idle },
    };
  }

  function platformsOf(accounts: readonly StoredAccount[]): Platform[] {
    const names = new Set(accounts.map(({ platform }) => platform));
    return [...platforms.values()].filter(({ name }) => names.has(name));
  }

  function collectAll(
    accounts: readonly StoredAccount[],
    failure: string | null,
    collect: ReturnType<typeof collecting.into>['collect'],
  ) {
    const streams = platformsOf(accounts).map((platform) => ({
      items: eachOf(accounts.filter((account) => account.platform === platform.name)),
      work: (account: StoredAccount) => collect(account, failure === null ? platform : failing(platform, failure)),
      end: collecting.join(platform.name),
    }));
    return forEachConcurrently(streams, options.concurrency, () => signal.aborted);
  }

  return {
    async plan({ page, pieceSize: known }) {
      const { pieceSize, part, counts } =
        known === null ? await phases.during('sync', planFirst) : { pieceSize: known, part: null, counts: null };
      const { filter, dueBefore } = selected;
      const request = {
        runId,
        filter,
        dueBefore,
        page,
        pageSize: PAGE_SIZE,
        pieceSize,
        counted: part && JSON.stringify(part),
        counts,
      };
      const { pieces, isPlanned } = await store.shared.planPieces(request);
      await jobs.add([
        ...(isPlanned ? [] : [{ kind: 'plan' as const, page: page + 1, pieceSize }]),
        ...pieces.map((piece) => ({ kind: 'piece' as const, piece, pieceSize, round: 0 })),
      ]);
    },

    async collect({ piece }, failure) {
      const attempt = randomUUID();
      const opened = await store.shared.openPiece({ runId, ...selected, piece, attempt });
      if (opened === null) return;
      const whole = (result: AccountResult) => {
        const recorded = opened.recorded.filter(({ account }) => account === result.account.id);
        return recorded.length > 0 ? withRecorded(result, recorded) : result;
      };
      const callOf = (part: Part, isDone: boolean): PieceCall => ({
        piece,
        process: processId,
        attempt,
        call: randomUUID(),
        counted: JSON.stringify(part),
        accounts: part.tally.connections.total,
        failed: part.tally.connections.failed,
        isDone,
      });
      // Those whose state does not change, so that another attempt would collect them again: they count when the piece is done.
      const unchanged: AccountResult[] = [];
      const changes = ({ record }: AccountResult) => record !== null && record.row !== null;
      const { recorder, collect } = collecting.into({
        record(call, written) {
          const results = written.flatMap(({ batch, record }) => batch.resultWith(record) ?? []).filter(changes);
          return store.record({ ...call, piece: callOf(partOf(results.map(whole), startedAt), false) });
        },
        tell(result) {
          if (!changes(result)) unchanged.push(result);
          telling.account(result.account, result.planned, result.record);
        },
        onFailure: () => undefined,
        leavesInterrupted: true,
      });
      try {
        await collectAll(opened.accounts, failure, collect);
        collecting.release();
        await recorder.flush();
      } finally {
        metrics = addCounts(metrics, recorder.counts);
      }
      if (signal.aborted) throw new Interrupted();
      await store.record({
        runId,
        at: clock.now(),
        accounts: [],
        snapshots: [],
        outcomes: [],
        refresh: options.refresh,
        adopt: options.adopt,
        piece: callOf(withRest(partOf(unchanged.map(whole), startedAt)), true),
      });
    },

    shut: collecting.shut,

    ownSummary: () =>
      telling.tally.summary({
        runId,
        scope: scopeOf(options.selection),
        dryRun: false,
        startedAt,
        finishedAt: clock.now(),
        durationMs: clock.now().getTime() - startedAt.getTime(),
        interrupted: true,
        metrics,
        requests,
        backfill: {},
      }),

    close() {
      collecting.close();
      for (const report of phases.reports()) onEvent({ type: 'phase', ...report });
    },
  };
}

/** A platform that is not asked, since its accounts have failed. */
function failing(platform: Platform, failure: string): Platform {
  const error = new PlatformError('unexpected_response', `it failed six times: ${failure}`, 'connection');
  return { ...platform, collect: () => Promise.reject(error) };
}

async function* eachOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
