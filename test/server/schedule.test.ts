import { expect, it } from 'vitest';
import { createSchedule } from '../../src/server/schedule.js';

const schedule = (cron: string, timeZone = 'UTC') => createSchedule({ cron, timeZone });

it.each([
  ['0 2 * * *', "cron[hour='2', minute='0']"],
  ['*/15 * * * *', "cron[hour='*', minute='*/15']"],
  ['30 6 1 * MON-FRI', "cron[day='1', day_of_week='MON-FRI', hour='6', minute='30']"],
  ['0 0 1 1 *', "cron[month='1', day='1', hour='0', minute='0']"],
])('%s is written %s', (cron, written) => {
  expect(schedule(cron).trigger).toBe(written);
});

it('keeps the hour of its time zone when clocks change', () => {
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
