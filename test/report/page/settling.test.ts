import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { createPlatforms } from '../../../src/platforms/registry.js';
import { collectSettling } from '../../../src/report/page/settling.js';
import { account, stored } from './values.js';

const PLATFORMS = createPlatforms(loadConfig({}));
const linkedin = account(1, { platform: 'linkedin' });

/** Of 20 November, which ends at midnight UTC: read first after 2 hours as 80, and after 26 hours as 100. */
const CORRECTED = stored(linkedin, {
  first: { value: 80, fetchedAt: '2026-11-21T02:00:00Z' },
  revisedAt: '2026-11-22T02:00:00Z',
});

it('says how far corrected values were from their final ones, hour by hour', () => {
  const settling = collectSettling(PLATFORMS);
  for (let times = 0; times < 20; times++) settling.add(CORRECTED);
  for (let times = 0; times < 60; times++) settling.add(stored(linkedin));
  const [measured] = settling.platforms;
  expect(measured).toMatchObject({ platform: 'linkedin', settlesAfterHours: 72, settled: 80, corrected: 20 });
  const at = (hour: number) => measured?.distances.find((each) => each.hour === hour)?.distance;
  expect(at(1)).toBeUndefined();
  expect(at(2)).toBeCloseTo(0.2);
  expect(at(25)).toBeCloseTo(0.2);
  expect(at(26)).toBeCloseTo(0);
});

it('counts neither values that may still change, nor totals as of now, nor platforms that are not collected', () => {
  const settling = collectSettling(PLATFORMS);
  settling.add({ ...CORRECTED, settled: false });
  settling.add({ ...CORRECTED, period: 'lifetime' });
  settling.add({ ...CORRECTED, account: account(1, { platform: 'gone' }) });
  expect(settling.platforms).toEqual([]);
});

it('draws no curve from fewer than ten values', () => {
  const settling = collectSettling(PLATFORMS);
  for (let times = 0; times < 9; times++) settling.add(CORRECTED);
  expect(settling.platforms).toMatchObject([{ corrected: 9, distances: [] }]);
});

it('counts a correction to zero as 100 %', () => {
  const settling = collectSettling(PLATFORMS);
  for (let times = 0; times < 10; times++) settling.add({ ...CORRECTED, value: 0 });
  expect(settling.platforms[0]?.distances[0]).toEqual({ hour: 2, distance: 1 });
});
