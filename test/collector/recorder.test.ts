import { expect, it } from 'vitest';
import type { DayRecord } from '../../src/collector/outcome.js';
import { createRecorder } from '../../src/collector/recorder.js';
import { CollectError } from '../../src/errors.js';
import type { RecordBatch } from '../../src/store/store.js';

function day(connection: string, date: string, rows: number, value = 1): DayRecord {
  const row = { user_id: connection, platform: 'x', date };
  return {
    outcome: { ...row, connection_id: connection, state: 'settled', reason: null, message: null, metrics: rows },
    snapshots: Array.from({ length: rows }, (_, i) => ({
      ...row,
      source: 'api',
      metric: `m${i}`,
      value,
      metadata: {},
    })),
  };
}

function recorderOver(record: (batch: RecordBatch) => Promise<void>) {
  const calls: RecordBatch[] = [];
  let failed = 0;
  const recorder = createRecorder({
    store: {
      record: async (batch) => {
        calls.push(batch);
        await record(batch);
        return { inserted: batch.snapshots.length, updated: 0, unchanged: 0 };
      },
    },
    ...{ runId: 'r', refresh: false },
    onFailure: () => failed++,
  });
  return { recorder, calls, failures: () => failed };
}

const written: string[] = [];
const batch = (...records: DayRecord[]) => ({
  records,
  onWritten: (done: readonly DayRecord[]) =>
    void written.push(...done.map(({ outcome }) => `${outcome.connection_id} ${outcome.state} ${outcome.metrics}`)),
});

it('writes at most 500 rows a call, a day never in two', async () => {
  const { recorder, calls } = recorderOver(async () => undefined);
  for (let i = 0; i < 40; i++)
    await recorder.add(batch(...Array.from({ length: 7 }, (_, d) => day(`c${i}`, `2026-11-1${d}`, 16))));
  await recorder.flush();
  expect(recorder.counts.inserted).toBe(40 * 7 * 16);
  for (const { snapshots, outcomes } of calls) {
    expect(snapshots.length + outcomes.length).toBeLessThanOrEqual(500);
    for (const outcome of outcomes) {
      expect(
        snapshots.filter(({ user_id, date }) => user_id === outcome.connection_id && date === outcome.date),
      ).toHaveLength(16);
    }
  }
});

it('tells a refused day apart from the others, and records it as failed', async () => {
  written.length = 0;
  const { recorder, failures } = recorderOver(async ({ snapshots }) => {
    if (snapshots.some(({ value }) => value === -1)) throw new CollectError('store_failed', 'numeric overflow', '');
  });
  await recorder.add(batch(day('good', '2026-11-10', 3)));
  await recorder.add(batch(day('bad', '2026-11-10', 3, -1), day('bad', '2026-11-11', 3)));
  await recorder.add(batch(day('fine', '2026-11-10', 3)));
  await recorder.flush();
  expect(written).toEqual(['good settled 3', 'bad failed 0', 'bad settled 3', 'fine settled 3']);
  expect(recorder.counts.inserted).toBe(9);
  expect(failures()).toBe(0);
});

it('holds back who brings more than the buffer takes, until it is written', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { recorder } = recorderOver(() => gate);
  let taken = 0;
  const bringing = (async () => {
    for (let i = 0; i < 100; i++) {
      await recorder.add(batch(day(`c${i}`, '2026-11-10', 99)));
      taken++;
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(taken).toBe(49);
  release();
  await bringing;
  await recorder.flush();
  expect(recorder.counts.inserted).toBe(9_900);
});

it('ends when the store is gone for good: says so at once, writes no more', async () => {
  const { recorder, calls, failures } = recorderOver(async () => {
    throw new CollectError('store_unreachable', 'gone', '');
  });
  await recorder.add(batch(day('a', '2026-11-10', 600)));
  await expect(recorder.flush()).rejects.toMatchObject({ code: 'store_unreachable' });
  await recorder.add(batch(day('b', '2026-11-10', 600)));
  await expect(recorder.flush()).rejects.toMatchObject({ code: 'store_unreachable' });
  expect(failures()).toBeGreaterThan(0);
  expect(calls).toHaveLength(1);
});
