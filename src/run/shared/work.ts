import type { Clock } from '../../clock.js';
import { CollectError, PieceTaken } from '../../errors.js';
import type { Jobs, TakenJob } from '../../store/jobs.js';

const POLL_MS = 500;
const KEEP_MS = 4_000;
/** For so long, what is in hand may end by itself after an error. */
const ENDING_MS = 30_000;
/** Accounts in a piece of a run that is not small. */
export const LARGEST_PIECE = 25;

export interface WorkOptions {
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** Accounts in progress at once, about. */
  readonly concurrency: number;
  /** Aborted some time after an error that ends the work: what is in hand may wait for the same database. */
  readonly halt: AbortController;
  /** Aborted to take no more. What is in hand must end by itself. */
  readonly signal: AbortSignal;
  readonly handle: (taken: TakenJob) => Promise<void>;
  /** Asked whenever there is no job to take. */
  readonly isOver: () => Promise<boolean>;
}

/**
 * Takes jobs and does them, so many at once that the accounts of their pieces fill the concurrency, until the run is over. What fails
 * is given back; an error that concerns more than one job ends the work, and is thrown.
 */
export async function work({ jobs, clock, concurrency, halt, signal, handle, isOver }: WorkOptions): Promise<void> {
  const inHand = new Map<TakenJob, Promise<void>>();
  const errors: CollectError[] = [];
  let pieceSize = LARGEST_PIECE;

  function begin(taken: TakenJob): void {
    if (taken.job.kind === 'piece') pieceSize = taken.job.pieceSize;
    const task = handle(taken)
      .then(() => jobs.done(taken))
      .catch((error) => fail(taken, error))
      .finally(() => inHand.delete(taken));
    inHand.set(taken, task);
  }

  async function fail(taken: TakenJob, error: unknown): Promise<void> {
    if (error instanceof PieceTaken) return;
    if (error instanceof CollectError) errors.push(error);
    const why = error instanceof Error ? error.message : String(error);
    // One that cannot be given back is taken for that of a dead process.
    await jobs.giveBack(taken, why).catch(() => undefined);
  }

  /**
   * Thrice the concurrency, since the first accounts of a piece wait for the last one; less in a small run, for other processes. A
   * process that needs long for a piece takes none in advance: at the end of the run, the others would wait for it.
   */
  function room(): number {
    const pieces = [...inHand.keys()].filter(({ job }) => job.kind === 'piece').length;
    const inAdvance = 2 * concurrency < pieceSize ? 0 : 1;
    return Math.max(0, Math.ceil(concurrency / pieceSize + (2 * concurrency) / LARGEST_PIECE) + inAdvance - pieces);
  }

  const keeping = setInterval(() => void jobs.keep([...inHand.keys()]).catch(() => undefined), KEEP_MS);
  try {
    while (!signal.aborted && errors.length === 0) {
      const most = room();
      const taken = most > 0 ? await jobs.take(most) : [];
      taken.forEach(begin);
      if (taken.length > 0) continue;
      if (await isOver()) break;
      const pause = new AbortController();
      await Promise.race([
        clock.sleep(POLL_MS, AbortSignal.any([signal, pause.signal])).catch(() => undefined),
        ...inHand.values(),
      ]);
      pause.abort();
    }
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    errors.push(error);
  } finally {
    const end = new AbortController();
    if (errors.length > 0)
      void clock.sleep(ENDING_MS, end.signal).then(
        () => halt.abort(),
        () => undefined,
      );
    await Promise.all(inHand.values());
    end.abort();
    clearInterval(keeping);
  }
  if (errors[0] !== undefined) throw errors[0];
}
