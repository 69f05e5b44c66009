import { expect, it } from 'vitest';
import { CollectError, type ErrorCode } from '../../src/errors.js';
import { createPatience, type Patience } from '../../src/store/patience.js';
import { hastyClock } from '../support/clock.js';

const fail = (code: ErrorCode, message = 'gone') => Promise.reject(new CollectError(code, message, ''));
const away = () => fail('store_unreachable');

/** Patience that notes what it does, and does not wait. */
function noted(given: Partial<Patience> = {}) {
  const pauses: number[] = [];
  const reasons: string[] = [];
  const patience: Patience = {
    clock: { monotonic: () => 0, sleep: async (ms) => void pauses.push(ms) },
    signal: new AbortController().signal,
    onWait: ({ message }) => void reasons.push(message),
    ...given,
  };
  return { pauses, reasons, patience };
}

it('waits up to a minute for an unreachable database, with growing pauses', async () => {
  const { pauses, patience } = noted();
  await expect(createPatience(patience)(away)).rejects.toMatchObject({ code: 'store_unreachable' });
  expect(pauses.slice(0, 6)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000]);
  const waited = pauses.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThanOrEqual(60_000);
  expect(waited).toBeLessThan(66_000);
});

it('repeats a call at least once, however long it was waited for', async () => {
  let [now, calls] = [0, 0];
  const { patience } = noted({ clock: { monotonic: () => now, sleep: async () => undefined } });
  const slow = async () => {
    now += 60_000;
    return ++calls < 2 ? away() : 'back';
  };
  expect(await createPatience(patience)(slow)).toBe('back');
});

it('continues as soon as the database is back', async () => {
  let calls = 0;
  const call = async () => (++calls < 4 ? away() : 'back');
  expect(await createPatience(noted({ clock: hastyClock() }).patience)(call)).toBe('back');
});

it('tells the reason once for each time that it waits, and never of a conflict', async () => {
  const { reasons, patience } = noted();
  const patiently = createPatience(patience);
  const failing = (times: number, failure: () => Promise<never>) => {
    let calls = 0;
    return patiently(async () => (++calls > times ? undefined : failure()));
  };
  await failing(5, () => fail('store_unreachable', 'refused'));
  await failing(3, () => fail('store_exhausted', 'full'));
  await failing(3, () => fail('store_conflict', 'deadlock'));
  expect(reasons).toEqual(['refused', 'full']);
});

it.each(['store_failed', 'store_refused', 'disk_full', 'schema_missing'] as const)(
  'does not wait for %s to pass',
  async (code) => {
    const { pauses, patience } = noted();
    await expect(createPatience(patience)(() => fail(code))).rejects.toMatchObject({ code });
    expect(pauses).toEqual([]);
  },
);

it('waits for two more seconds once the run is to stop', async () => {
  const stop = new AbortController();
  const { pauses, patience } = noted({ signal: stop.signal });
  const asked = () => {
    if (pauses.length === 6) stop.abort();
    return away();
  };
  await expect(createPatience(patience)(asked)).rejects.toMatchObject({ code: 'store_unreachable' });
  expect(pauses.slice(6)).toEqual([2_000]);
});
