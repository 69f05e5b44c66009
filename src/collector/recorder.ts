import { CollectError } from '../errors.js';
import type { ForeignRows, RecordCounts, Store } from '../store/store.js';
import { type AccountRecord, type DayRecord, refusedByStore, withDays } from './outcome.js';

const ROWS_PER_CALL = 500;
/** An account with more rows than this, which takes a backfill, is written in several calls. */
const LARGEST_CALL_ROWS = 2_000;
const LARGEST_BUFFER_ROWS = 5_000;
const LONGEST_BUFFERED_MS = 1_000;

/** One account to write. */
export interface Batch {
  readonly record: AccountRecord;
  /** Told once all of it is written, as it was written. */
  readonly onWritten: (record: AccountRecord) => void;
}

export interface Recorder {
  /** Queues an account for writing; while the buffer is full, waits for it to empty. Throws what ended the writing. */
  add(batch: Batch): Promise<void>;
  /** Writes what is left. Throws what ended the writing: `lease_lost`, `store_unreachable`, … */
  flush(): Promise<void>;
  readonly counts: Readonly<RecordCounts>;
}

export interface RecorderOptions {
  readonly store: Pick<Store, 'record'>;
  readonly runId: string;
  readonly now: () => Date;
  readonly refresh: boolean;
  readonly adopt: boolean;
  /** Called at once when writing has ended for good, so that nothing more is fetched for it. */
  readonly onFailure: () => void;
}

/**
 * Buffers accounts and writes them some 500 rows a call, one call at a time. An account's rows, its outcomes and how it stands
 * travel in the same call, which is one transaction: a run killed between two calls repeats work and loses none. A day that the
 * database refuses costs the others nothing: it is told apart from them and recorded as failed.
 */
export function createRecorder({ store, runId, now, refresh, adopt, onFailure }: RecorderOptions): Recorder {
  let counts: RecordCounts = {
    inserted: 0,
    updated: 0,
    unchanged: 0,
    foreign: { rows: 0, since: null, until: null },
  };
  let buffer: Batch[] = [];
  let rowsWaiting = 0;
  let rowsUnwritten = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(records: readonly AccountRecord[]): Promise<AccountRecord[]> {
    try {
      const days = records.flatMap((record) => record.days);
      const written = await store.record({
        runId,
        at: now(),
        accounts: records.map(({ row }) => row),
        snapshots: days.flatMap(({ snapshots }) => snapshots),
        outcomes: days.map(({ outcome }) => outcome),
        refresh,
        adopt,
      });
      counts = added(counts, written);
      return [...records];
    } catch (error) {
      // What the database is, or who asks, is not at fault: then it may be one of the rows.
      if (!(error instanceof CollectError) || error.code !== 'store_failed') throw error;
      return writeApart(records, error);
    }
  }

  async function writeApart(records: readonly AccountRecord[], error: CollectError): Promise<AccountRecord[]> {
    const [only, ...others] = records;
    if (only === undefined) throw error;
    if (others.length > 0) {
      const half = Math.ceil(records.length / 2);
      return [...(await write(records.slice(0, half))), ...(await write(records.slice(half)))];
    }
    const [day, ...otherDays] = only.days;
    if (day === undefined || (otherDays.length === 0 && day.snapshots.length === 0)) throw error;
    if (otherDays.length === 0) return write([withDays(only, [refusedByStore(day, error)])]);
    const half = Math.ceil(only.days.length / 2);
    const first = await write([withDays(only, only.days.slice(0, half))]);
    const second = await write([withDays(only, only.days.slice(half))]);
    return [joined(only, [...first, ...second])];
  }

  async function writeAll(batches: readonly Batch[]): Promise<void> {
    const written: AccountRecord[] = [];
    for (const records of callsOf(batches.flatMap(({ record }) => piecesOf(record)))) {
      written.push(...(await write(records)));
    }
    for (const { record, onWritten } of batches) {
      onWritten(joined(record, written.splice(0, piecesOf(record).length)));
      rowsUnwritten -= rowsOf(record);
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
      buffer.push(batch);
      rowsWaiting += rowsOf(batch.record);
      rowsUnwritten += rowsOf(batch.record);
      timer ??= setTimeout(flush, LONGEST_BUFFERED_MS);
      if (rowsWaiting >= ROWS_PER_CALL) void flush();
      if (rowsUnwritten >= LARGEST_BUFFER_ROWS) await flush();
    },
  };
}

/** Accounts in the order given, as many in a call as fit. */
function callsOf(records: readonly AccountRecord[]): AccountRecord[][] {
  return grouped(records, rowsOf, ROWS_PER_CALL);
}

/** An account as it is, or in as many pieces as it takes. */
function piecesOf(record: AccountRecord): AccountRecord[] {
  if (rowsOf(record) <= LARGEST_CALL_ROWS) return [record];
  return grouped(record.days, rowsOfDay, ROWS_PER_CALL).map((days) => withDays(record, days));
}

function joined(record: AccountRecord, pieces: readonly AccountRecord[]): AccountRecord {
  return withDays(
    record,
    pieces.flatMap(({ days }) => days),
  );
}

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

function rowsOf({ days }: AccountRecord): number {
  return days.reduce((sum, day) => sum + rowsOfDay(day), 1);
}

function rowsOfDay({ snapshots }: DayRecord): number {
  return 1 + snapshots.length;
}

function added(counts: RecordCounts, { inserted, updated, unchanged, foreign }: RecordCounts): RecordCounts {
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
