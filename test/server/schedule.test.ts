import { expect, it } from 'vitest';
import { createSchedule } from '../../src/server/schedule.js';

const schedule = (cron: string, timeZone = 'UTC') => createSchedule({ cron, timeZone });

it.each([
  ['0 2 * * *', "cron[hour='2', minute='0']"],
  ['*/15 * * * *', "cron[hour='*', minute='*/15']"],
  ['0 2,9 * * *', "cron[hour='2,9', minute='0']"],
  ['00 02,09 * * ?', "cron[hour='2,9', minute='0']"],
  ['30 6 1 * MON-FRI', "cron[day='1', day_of_week='mon-fri', hour='6', minute='30']"],
  ['0 0 1 JAN *', "cron[month='jan', day='1', hour='0', minute='0']"],
  // Sunday is 0 or 7 in cron, and 6 in APScheduler: only names mean the same in both.
  ['0 2 * * 1-5', "cron[day_of_week='mon-fri', hour='2', minute='0']"],
  ['0 2 * * 0', "cron[day_of_week='sun', hour='2', minute='0']"],
  ['0 2 * * 7', "cron[day_of_week='sun', hour='2', minute='0']"],
  ['0 2 * * */2', "cron[day_of_week='*/2', hour='2', minute='0']"],
])('%s is written %s', (cron, written) => {
  expect(schedule(cron).trigger).toBe(written);
});

it('returns the last time of the previous day as the previous time in the morning', () => {
  const twice = schedule('0 2,9 * * *');
  const previous = (before: string) => twice.previous(new Date(before))?.toISOString();
  expect(previous('2026-11-22T08:59:59Z')).toBe('2026-11-22T02:00:00.000Z');
  expect(previous('2026-11-22T09:30:00Z')).toBe('2026-11-22T09:00:00.000Z');
  expect(previous('2026-11-23T01:00:00Z')).toBe('2026-11-22T09:00:00.000Z');
});

it('keeps its hour in its time zone when clocks change', () => {
  const berlin = schedule('0 2 * * *', 'Europe/Berlin');
  expect(berlin.previous(new Date('2026-10-24T12:00:00Z'))?.toISOString()).toBe('2026-10-24T00:00:00.000Z');
  expect(berlin.previous(new Date('2026-10-26T12:00:00Z'))?.toISOString()).toBe('2026-10-26T01:00:00.000Z');
});

it('calls back at each time until it is stopped', async () => {
  let calls = 0;
  const stop = await new Promise<() => void>((resolve) => {
    const stopSchedule = schedule('* * * * * *').start(() => {
      calls++;
      resolve(stopSchedule);
    });
  });
  stop();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(calls).toBe(1);
});
