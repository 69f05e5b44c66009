import { CollectError } from '../errors.js';
import type { RecordCounts, Store } from '../store/store.js';
import { type DayRecord, refusedByStore } from './outcome.js';

const ROWS_PER_CALL = 500;
const LARGEST_BUFFER_ROWS = 5_000;
const LONGEST_BUFFERED_MS = 1_000;

/** The days of one connection. */
export interface Batch {
  readonly records: readonly DayRecord[];
  /** Told once all of them are written, as they were written. */
  readonly onWritten: (records: readonly DayRecord[]) => void;
}

export interface Recorder {
  /** Takes days over for writing; while the buffer is full, waits for it to empty. Throws what ended the writing. */
  add(batch: Batch): Promise<void>;
  /** Writes what is left. Throws what ended the writing: `lease_lost`, `store_unreachable`, … */
  flush(): Promise<void>;
  readonly counts: Readonly<RecordCounts>;
}

export interface RecorderOptions {
  readonly store: Pick<Store, 'record'>;
  readonly runId: string;
  readonly refresh: boolean;
  /** Called at once when writing has ended for good, so that nothing more is fetched for it. */
  readonly onFailure: () => void;
}

/**
 * Buffers days and writes them some 500 rows a call, one call at a time. A day's rows and its outcome always travel in the same
 * call, which is one transaction: a run killed between two calls repeats work and loses none. A day that the database
 * refuses costs the others nothing: it is told apart from them and recorded as failed.
 */
export function createRecorder({ store, runId, refresh, onFailure }: RecorderOptions): Recorder {
  const counts = { inserted: 0, updated: 0, unchanged: 0 };
  let buffer: Batch[] = [];
  let rowsWaiting = 0;
  let rowsUnwritten = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(records: readonly DayRecord[]): Promise<DayRecord[]> {
    try {
      const written = await store.record({
        ...{ runId, refresh },
        snapshots: records.flatMap(({ snapshots }) => snapshots),
        outcomes: records.map(({ outcome }) => outcome),
      });
      counts.inserted += written.inserted;
      counts.updated += written.updated;
      counts.unchanged += written.unchanged;
      return [...records];
    } catch (error) {
      // What the database is, or who asks, is not at fault: then it may be one of the rows.
      if (!(error instanceof CollectError) || error.code !== 'store_failed') throw error;
      const [only] = records;
      if (only && records.length === 1 && only.snapshots.length > 0) return write([refusedByStore(only, error)]);
      if (records.length < 2) throw error;
      const half = Math.ceil(records.length / 2);
      return [...(await write(records.slice(0, half))), ...(await write(records.slice(half)))];
    }
  }

  async function writeAll(batches: readonly Batch[]): Promise<void> {
    const written: DayRecord[] = [];
    for (const records of callsOf(batches.flatMap((batch) => batch.records))) written.push(...(await write(records)));
    for (const { records, onWritten } of batches) {
      onWritten(written.splice(0, records.length));
      rowsUnwritten -= rowsOf(records);
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
    counts,
    flush,
    async add(batch) {
      buffer.push(batch);
      rowsWaiting += rowsOf(batch.records);
      rowsUnwritten += rowsOf(batch.records);
      timer ??= setTimeout(flush, LONGEST_BUFFERED_MS);
      if (rowsWaiting >= ROWS_PER_CALL) void flush();
      if (rowsUnwritten >= LARGEST_BUFFER_ROWS) await flush();
    },
  };
}

/** Days in the order given, as many in a call as fit. */
function* callsOf(records: readonly DayRecord[]): Generator<DayRecord[]> {
  let call: DayRecord[] = [];
  for (const record of records) {
    if (call.length > 0 && rowsOf(call) + rowsOf([record]) > ROWS_PER_CALL) {
      yield call;
      call = [];
    }
    call.push(record);
  }
  if (call.length > 0) yield call;
}

function rowsOf(records: readonly DayRecord[]): number {
  return records.reduce((sum, { snapshots }) => sum + 1 + snapshots.length, 0);
}
