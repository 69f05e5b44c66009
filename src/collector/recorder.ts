import type { OutcomeRow, RecordCounts, SnapshotRow, Store } from '../store/store.js';
import type { DayRecord } from './outcome.js';

const ROWS_PER_CALL = 500;

export interface Recorder {
  /** Takes days over for writing; waits while a full batch is being written. Throws what the store throws. */
  add(records: readonly DayRecord[]): Promise<void>;
  /** Writes what is left. */
  flush(): Promise<void>;
  readonly counts: Readonly<RecordCounts>;
}

/**
 * Buffers days and writes them some 500 rows a call, one call at a time. A day's rows and its outcome always travel in the same
 * call, which is one transaction: a run killed between two calls repeats work and loses none.
 */
export function createRecorder(store: Pick<Store, 'record'>, runId: string, refresh: boolean): Recorder {
  const counts = { inserted: 0, updated: 0, unchanged: 0 };
  let snapshots: SnapshotRow[] = [];
  let outcomes: OutcomeRow[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function write(batch: { snapshots: SnapshotRow[]; outcomes: OutcomeRow[] }): Promise<void> {
    const written = await store.record({ runId, refresh, ...batch });
    counts.inserted += written.inserted;
    counts.updated += written.updated;
    counts.unchanged += written.unchanged;
  }

  function flush(): Promise<void> {
    if (outcomes.length > 0) {
      const batch = { snapshots, outcomes };
      snapshots = [];
      outcomes = [];
      writing = writing.then(() => write(batch));
    }
    return writing;
  }

  return {
    counts,
    async add(records) {
      for (const record of records) {
        snapshots.push(...record.snapshots);
        outcomes.push(record.outcome);
        if (snapshots.length + outcomes.length >= ROWS_PER_CALL) await flush();
      }
    },
    flush,
  };
}
