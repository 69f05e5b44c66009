import { CallTooLarge, RowRefused } from '../errors.js';
import {
  type AccountRow,
  type ForeignRows,
  NOTHING_RECORDED,
  type RecordBatch,
  type RecordCounts,
} from '../store/accounts.js';
import { oneLine } from '../text.js';
import { type AccountRecord, type DayRecord, failuresOf, NO_DAYS, refusedByStore, withFailure } from './outcome.js';

const ROWS_PER_CALL = 1_000;
/** An account with more rows than this, which happens only in a backfill, is written in several calls. */
const LARGEST_CALL_ROWS = 2_000;
const LARGEST_BUFFER_ROWS = 5_000;
const LONGEST_BUFFERED_MS = 1_000;

/** One account to write. */
export interface Batch {
  readonly record: AccountRecord;
  /** Called when all of it is written, with what was written. */
  readonly onWritten: (record: AccountRecord) => void;
}

/** A batch, and what is written of it: the database may refuse some. */
export interface Written<B extends Batch> {
  readonly batch: B;
  readonly record: AccountRecord;
}

export interface Recorder<B extends Batch> {
  /** Queues an account for writing; while the buffer is full, waits until it is empty. Throws the error that ended the writing. */
  add(batch: B): Promise<void>;
  /** Writes what is left. Throws the error that ended the writing: `lease_lost`, `store_unreachable`, … */
  flush(): Promise<void>;
  readonly counts: Readonly<RecordCounts>;
}

export interface RecorderOptions<B extends Batch> {
  /** `written`: what is written entirely once this call is. */
  readonly record: (call: RecordBatch, written: readonly Written<B>[]) => Promise<RecordCounts>;
  readonly runId: string;
  readonly now: () => Date;
  readonly refresh: boolean;
  readonly adopt: boolean;
  /** Resolves when the first call may be made, which includes the check of the clock. */
  readonly ready: Promise<void>;
  /** Called when the buffer is full, because then no more answers may come that could resolve `ready`. */
  readonly onFull: () => void;
  /** Called as soon as writing has failed for good, so that nothing more is fetched. */
  readonly onFailure: () => void;
}

/**
 * Buffers accounts and writes them in calls of up to 1,000 rows, one at a time. An account's rows, its outcomes and its state are
 * written in the same call, which is one transaction: a run killed between two calls repeats work but loses none. A call that is too
 * large is halved. A day that the database refuses is separated from the others and recorded as failed.
 */
export function createRecorder<B extends Batch>({
  record: recordAll,
  runId,
  now,
  refresh,
  adopt,
  ready,
  onFull,
  onFailure,
}: RecorderOptions<B>): Recorder<B> {
  let counts = NOTHING_RECORDED;
  let buffer: B[] = [];
  let rowsWaiting = 0;
  let rowsUnwritten = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = ready;

  async function send(records: readonly AccountRecord[], written: readonly Written<B>[]): Promise<void> {
    const days = records.flatMap((record) => record.days);
    const call = {
      runId,
      at: now(),
      accounts: records.flatMap(({ row }) => row ?? []),
      snapshots: [...days.flatMap(({ snapshots }) => snapshots), ...records.flatMap(({ closing }) => closing)],
      outcomes: days.map(({ outcome }) => outcome),
      refresh,
      adopt,
    };
    counts = addCounts(counts, await recordAll(call, written));
  }

  async function write(batches: readonly B[]): Promise<Written<B>[]> {
    const all = batches.map((batch) => ({ batch, record: batch.record }));
    try {
      await send(
        batches.map(({ record }) => record),
        all,
      );
      return all;
    } catch (error) {
      if (!(error instanceof RowRefused || error instanceof CallTooLarge)) throw error;
      const [only] = batches;
      if (only !== undefined && batches.length === 1) return [await writeApart(only)];
      const half = Math.ceil(batches.length / 2);
      return [...(await write(batches.slice(0, half))), ...(await write(batches.slice(half)))];
    }
  }

  /** Writes an account's days in several calls, then its state: the account has failed if one of its days was refused. */
  async function writeApart(batch: B): Promise<Written<B>> {
    const { record } = batch;
    const days: DayRecord[] = [];
    for (const some of grouped(record.days, rowsOfDay, ROWS_PER_CALL)) days.push(...(await writeDays(some)));
    if (record.row === null) return { batch, record: { ...record, days } };
    return writeState(batch, { ...record, days }, withFailure(record.row, failuresOf(days)[0]));
  }

  /** Closing figures that the database refuses are left out. */
  async function writeState(batch: B, record: AccountRecord, row: AccountRow): Promise<Written<B>> {
    const written = { batch, record: { ...record, row } };
    try {
      await send([{ ...NO_DAYS, row, closing: record.closing }], [written]);
      return written;
    } catch (error) {
      if (!(error instanceof RowRefused) || record.closing.length === 0) throw error;
      return writeState(batch, { ...record, closing: [] }, withoutClosing(row, error));
    }
  }

  async function writeDays(days: readonly DayRecord[]): Promise<DayRecord[]> {
    try {
      await send([{ ...NO_DAYS, days }], []);
      return [...days];
    } catch (error) {
      const isRefused = error instanceof RowRefused;
      if (!isRefused && !(error instanceof CallTooLarge)) throw error;
      const [only] = days;
      if (only === undefined) throw error;
      if (days.length === 1) {
        if (!isRefused || only.snapshots.length === 0) throw error;
        return writeDays([refusedByStore(only, error)]);
      }
      const half = Math.ceil(days.length / 2);
      return [...(await writeDays(days.slice(0, half))), ...(await writeDays(days.slice(half)))];
    }
  }

  async function writeAll(batches: readonly B[]): Promise<void> {
    const [first] = batches;
    const isLarge = first !== undefined && batches.length === 1 && rowsOf(first.record) > LARGEST_CALL_ROWS;
    for (const { batch, record } of isLarge ? [await writeApart(first)] : await write(batches)) {
      batch.onWritten(record);
      rowsUnwritten -= rowsOf(batch.record);
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (buffer.length > 0) {
      const batches = buffer;
      buffer = [];
      rowsWaiting = 0;
      writing = writing.then(() => writeAll(batches));
      writing.catch(onFailure);
    }
    return writing;
  }

  return {
    get counts() {
      return counts;
    },
    flush,
    async add(batch) {
      const rows = rowsOf(batch.record);
      if (rowsWaiting + rows > ROWS_PER_CALL) void flush();
      buffer.push(batch);
      rowsWaiting += rows;
      rowsUnwritten += rows;
      timer ??= setTimeout(flush, LONGEST_BUFFERED_MS);
      if (rowsWaiting >= ROWS_PER_CALL) void flush();
      if (rowsUnwritten < LARGEST_BUFFER_ROWS) return;
      onFull();
      await flush();
    },
  };
}

/** The state of an account whose closing figures the database refuses. */
function withoutClosing(row: AccountRow, error: RowRefused): AccountRow {
  const message = row.message ?? oneLine(`the database refused the closing figures: ${error.message}`);
  return { ...row, closingDay: null, dueAt: null, reason: row.reason ?? 'unexpected_response', message };
}

/** Items in the given order, with as many in each group as fit. */
function grouped<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): T[][] {
  const groups: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    size += sizeOf(item);
    if (size > most) {
      groups.push([]);
      size = sizeOf(item);
    }
    groups.at(-1)?.push(item);
  }
  return groups;
}

function rowsOf({ days, closing }: AccountRecord): number {
  return days.reduce((sum, day) => sum + rowsOfDay(day), 1 + closing.length);
}

function rowsOfDay({ snapshots }: DayRecord): number {
  return 1 + snapshots.length;
}

/** The sum of what calls have recorded. */
export function addCounts(counts: RecordCounts, { inserted, updated, unchanged, foreign }: RecordCounts): RecordCounts {
  return {
    inserted: counts.inserted + inserted,
    updated: counts.updated + updated,
    unchanged: counts.unchanged + unchanged,
    foreign: addedForeign(counts.foreign, foreign),
  };
}

function addedForeign(known: ForeignRows, more: ForeignRows): ForeignRows {
  const dates = [known.since, known.until, more.since, more.until].filter((date) => date !== null).sort();
  return { rows: known.rows + more.rows, since: dates.at(0) ?? null, until: dates.at(-1) ?? null };
}
