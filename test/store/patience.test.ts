import { expect, it } from 'vitest';
import { CollectError } from '../../src/errors.js';
import { patiently } from '../../src/store/patience.js';
import { hastyClock } from '../support/clock.js';

const away = () => Promise.reject(new CollectError('store_unreachable', 'gone', ''));

it('waits up to a minute for an unreachable database, with growing pauses', async () => {
  const pauses: number[] = [];
  const clock = { monotonic: () => 0, sleep: async (ms: number) => void pauses.push(ms) };
  await expect(patiently(away, clock)).rejects.toMatchObject({ code: 'store_unreachable' });
  expect(pauses.slice(0, 6)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000]);
  const waited = pauses.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThanOrEqual(60_000);
  expect(waited).toBeLessThan(66_000);
});

it('continues as soon as the database is back', async () => {
  let calls = 0;
  expect(await patiently(async () => (++calls < 4 ? away() : 'back'), hastyClock())).toBe('back');
});

it('does not retry an error that a retry cannot fix', async () => {
  let calls = 0;
  const refused = () => {
    calls++;
    return Promise.reject(new CollectError('store_failed', 'no', ''));
  };
  await expect(patiently(refused, hastyClock())).rejects.toMatchObject({ code: 'store_failed' });
  expect(calls).toBe(1);
});
