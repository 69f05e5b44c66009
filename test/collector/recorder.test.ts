import { expect, it } from 'vitest';
import type { AccountRecord, DayRecord } from '../../src/collector/outcome.js';
import { createRecorder } from '../../src/collector/recorder.js';
import { CallTooLarge, CollectError, PlatformError, RowRefused } from '../../src/errors.js';
import type { ForeignRows, RecordBatch } from '../../src/store/accounts.js';
import { accountRow } from '../support/accounts.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const DEAD = new PlatformError('needs_reconnect', 'the token has expired', 'connection');
const NOTHING_FOREIGN: ForeignRows = { rows: 0, since: null, until: null };

function day(account: number, date: string, rows: number, value = 1): DayRecord {
  return {
    outcome: {
      account,
      date,
      state: 'settled',
      reason: null,
      message: null,
      metrics: rows,
      missing: [],
      figures: 'values',
    },
    snapshots: Array.from({ length: rows }, (_, i) => ({ account, date, metric: `m${i}`, value, metadata: {} })),
  };
}

const account = (id: number, ...days: DayRecord[]): AccountRecord => ({
  row: accountRow({ id, connectionId: `c${id}` }),
  days,
  closing: [],
  failedDates: [],
  skippedDates: [],
  backlog: 0,
});

function recorderOver(record: (batch: RecordBatch) => Promise<ForeignRows | undefined>) {
  const calls: RecordBatch[] = [];
  const written: AccountRecord[] = [];
  const completed: AccountRecord[] = [];
  let failed = 0;
  const recorder = createRecorder({
    record: async (batch, written) => {
      calls.push(batch);
      const foreign = (await record(batch)) ?? NOTHING_FOREIGN;
      completed.push(...written.map((each) => each.record));
      return { inserted: batch.snapshots.length - foreign.rows, updated: 0, unchanged: 0, foreign };
    },
    runId: 'r',
    now: () => NOW,
    refresh: false,
    adopt: false,
    ready: Promise.resolve(),
    onFull: () => undefined,
    onFailure: () => failed++,
  });
  return {
    add: (given: AccountRecord) => recorder.add({ record: given, onWritten: (done) => void written.push(done) }),
    recorder,
    calls,
    written,
    completed,
    failures: () => failed,
  };
}

const rowsIn = ({ accounts, snapshots, outcomes }: RecordBatch) => accounts.length + snapshots.length + outcomes.length;

it('fills each call with up to 1,000 rows, and never splits an account', async () => {
  const { add, recorder, calls } = recorderOver(async () => undefined);
  const rows = 1 + 7 * 17;
  for (let id = 0; id < 40; id++)
    await add(account(id, ...Array.from({ length: 7 }, (_, d) => day(id, `2026-11-1${d}`, 16))));
  await recorder.flush();
  expect(calls.map(rowsIn)).toEqual(Array(5).fill(8 * rows));
  expect(recorder.counts.inserted).toBe(40 * 7 * 16);
  expect(calls.flatMap(({ accounts }) => accounts.map(({ id }) => id))).toEqual([...Array(40).keys()]);
  for (const call of calls) {
    for (const { id } of call.accounts) {
      expect(call.outcomes.filter((outcome) => outcome.account === id)).toHaveLength(7);
      expect(call.snapshots.filter((snapshot) => snapshot.account === id)).toHaveLength(7 * 16);
    }
  }
});

it('splits an account of more than 2,000 rows between days, and reports it once', async () => {
  const { add, recorder, calls, written, completed } = recorderOver(async () => undefined);
  const dates = Array.from({ length: 30 }, (_, i) => `2026-10-${String(i + 1).padStart(2, '0')}`);
  const large = account(1, ...dates.map((date) => day(1, date, 99)));
  await add(account(0, day(0, '2026-10-01', 3)));
  await add(large);
  await add(account(2, day(2, '2026-10-01', 3)));
  await recorder.flush();

  expect(recorder.counts.inserted).toBe(30 * 99 + 6);
  const ofLarge = calls.filter(({ outcomes }) => outcomes.some((row) => row.account === 1));
  expect(ofLarge.length).toBeGreaterThan(1);
  expect(ofLarge.flatMap(({ accounts }) => accounts)).toEqual([]);
  expect(calls[calls.indexOf(ofLarge.at(-1) as RecordBatch) + 1]).toMatchObject({
    accounts: [large.row],
    outcomes: [],
  });
  for (const { snapshots, outcomes } of calls) {
    expect(snapshots.length + outcomes.length).toBeLessThanOrEqual(1_000);
    for (const { account: id, date, metrics } of outcomes) {
      expect(snapshots.filter((row) => row.account === id && row.date === date)).toHaveLength(metrics);
    }
  }
  expect(ofLarge.flatMap(({ outcomes }) => outcomes.filter((row) => row.account === 1).map((row) => row.date))).toEqual(
    dates,
  );
  expect(written.map(({ row }) => row?.id)).toEqual([0, 1, 2]);
  expect(written[1]).toEqual(large);
  expect(completed).toEqual(written);
});

it('writes the failure of a whole account once, on its own row', async () => {
  const { add, recorder, calls, written } = recorderOver(async () => undefined);
  const dates = ['2026-11-20', '2026-11-21'];
  const row = accountRow({ reason: DEAD.reason, message: DEAD.message });
  const failed: AccountRecord = { row, days: [], closing: [], failedDates: dates, skippedDates: [], backlog: 0 };
  await add(failed);
  await recorder.flush();
  expect(calls).toEqual([
    {
      runId: 'r',
      at: NOW,
      accounts: [row],
      snapshots: [],
      outcomes: [],
      refresh: false,
      adopt: false,
    },
  ]);
  expect(written).toEqual([failed]);
  expect(written[0]?.failedDates).toEqual(dates);
});

it('sums the foreign rows of its calls, with their first and last day', async () => {
  const foreign: Record<number, ForeignRows> = {
    1: { rows: 2, since: '2026-11-12', until: '2026-11-13' },
    3: { rows: 1, since: '2026-11-10', until: '2026-11-10' },
  };
  const { add, recorder, calls } = recorderOver(async ({ accounts }) => foreign[accounts[0]?.id ?? 0]);
  for (let id = 0; id < 4; id++) await add(account(id, day(id, '2026-11-10', 600)));
  await recorder.flush();
  expect(calls).toHaveLength(4);
  expect(recorder.counts).toEqual({
    inserted: 4 * 600 - 3,
    updated: 0,
    unchanged: 0,
    foreign: { rows: 3, since: '2026-11-10', until: '2026-11-13' },
  });
});

it('separates a refused day from the others, and records it as failed', async () => {
  const { add, recorder, calls, written, completed, failures } = recorderOver(async ({ snapshots }) => {
    if (snapshots.some(({ value }) => value === -1)) throw new RowRefused('numeric overflow', '');
    return undefined;
  });
  await add(account(1, day(1, '2026-11-10', 3)));
  await add(account(2, day(2, '2026-11-10', 3, -1), day(2, '2026-11-11', 3)));
  await add(account(3, day(3, '2026-11-10', 3)));
  await recorder.flush();
  const ended = written.map(({ row, days }) => [
    row?.reason,
    ...days.map(({ outcome }) => `${row?.id} ${outcome.state} ${outcome.metrics}`),
  ]);
  expect(ended).toEqual([
    [null, '1 settled 3'],
    ['unexpected_response', '2 failed 0', '2 settled 3'],
    [null, '3 settled 3'],
  ]);
  expect(completed).toEqual(written);
  expect(calls.flatMap(({ accounts }) => accounts)).toContainEqual(
    expect.objectContaining({ id: 2, reason: 'unexpected_response' }),
  );
  expect(recorder.counts.inserted).toBe(9);
  expect(failures()).toBe(0);
});

it('makes callers wait while the buffer is full', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  const { add, recorder } = recorderOver(() => gate);
  let taken = 0;
  const bringing = (async () => {
    for (let id = 0; id < 100; id++) {
      await add(account(id, day(id, '2026-11-10', 99)));
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

it('stops writing and reports the failure at once when the store fails for good', async () => {
  const { add, recorder, calls, written, failures } = recorderOver(async () => {
    throw new CollectError('store_unreachable', 'gone', '');
  });
  await add(account(1, day(1, '2026-11-10', 600)));
  await expect(recorder.flush()).rejects.toMatchObject({ code: 'store_unreachable' });
  await add(account(2, day(2, '2026-11-10', 600)));
  await expect(recorder.flush()).rejects.toMatchObject({ code: 'store_unreachable' });
  expect(failures()).toBeGreaterThan(0);
  expect(calls).toHaveLength(1);
  expect(written).toEqual([]);
});

it('halves a call that is too large for the gateway, and blames no row', async () => {
  const { add, recorder, calls, written, failures } = recorderOver(async ({ snapshots, accounts }) => {
    if (snapshots.length + accounts.length > 5) throw new CallTooLarge('HTTP 413', '');
    return undefined;
  });
  await add(account(1, day(1, '2026-11-10', 4)));
  await add(account(2, day(2, '2026-11-10', 5), day(2, '2026-11-11', 3)));
  await recorder.flush();
  expect(recorder.counts.inserted).toBe(12);
  expect(written.map(({ row }) => row?.reason)).toEqual([null, null]);
  expect(failures()).toBe(0);
  const sent = calls.length;

  await add(account(3, day(3, '2026-11-10', 6)));
  await expect(recorder.flush()).rejects.toMatchObject({ message: 'HTTP 413' });
  expect(calls.length).toBeGreaterThan(sent);
});

it.each(['store_slow', 'store_conflict', 'store_exhausted', 'store_failed'] as const)(
  'does not blame a row for %s',
  async (code) => {
    const { add, recorder, calls } = recorderOver(async () => {
      throw new CollectError(code, 'not the row', '');
    });
    await add(account(1, day(1, '2026-11-10', 2)));
    await add(account(2, day(2, '2026-11-10', 2)));
    await expect(recorder.flush()).rejects.toMatchObject({ code });
    expect(calls).toHaveLength(1);
  },
);
