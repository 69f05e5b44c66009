import { expect, test } from 'vitest';
import { createPlainReporter } from '../../../src/cli/render/plain.js';
import {
  advance,
  advanceDays,
  follow,
  formatConnection,
  formatProgress,
  type Progress,
  pause,
  startProgress,
} from '../../../src/cli/render/progress.js';
import type { CollectEvent } from '../../../src/report/events.js';
import { report } from './samples.js';

const started: CollectEvent = {
  type: 'started',
  runId: 'r1',
  scope: 'all',
  store: 'PostgreSQL at localhost/app',
  connections: 3,
  idle: 0,
  days: null,
  dryRun: false,
};
const connection: CollectEvent = { type: 'connection', connection: report() };

/** A run of which so many connections are done at the given seconds. */
function runUntil(total: number, done: readonly (readonly [seconds: number, done: number])[]): Progress {
  let progress = startProgress(total, null, 0);
  for (const [seconds, count] of done)
    while (progress.done < count) progress = advance(progress, report(), seconds * 1_000);
  return progress;
}

test.each([
  [{ total: 300, done: 120, failed: 2 }, '120/300 connections, 40 %, 2 failed'],
  [{ total: 300, done: 0, failed: 0 }, '0/300 connections, 0 %'],
  [{ total: 300, done: 300, failed: 0 }, '300/300 connections, 100 %'],
  [{ total: 0, done: 0, failed: 0 }, '0/0 connections'],
  // A connection added while the run goes on.
  [{ total: 3, done: 4, failed: 0 }, '4/3 connections, 100 %'],
])('shows how much is done: %j', (progress, expected) => {
  expect(formatProgress({ ...startProgress(0, null, 0), ...progress }, 1_000)).toBe(expected);
});

test('shows the time left once the rate is known', () => {
  expect(formatProgress(runUntil(300, [[1, 200]]), 2_000)).toBe('200/300 connections, 66 %');
  expect(formatProgress(runUntil(300, [[9, 4]]), 10_000)).toBe('4/300 connections, 1 %');
  expect(formatProgress(runUntil(300, [[4, 120]]), 6_000)).toBe('120/300 connections, 40 %, 20/s, 9 s left');
  expect(formatProgress(runUntil(2_500, [[9, 5]]), 10_000)).toBe('5/2,500 connections, 0 %, 0.5/s, 1 h 24 min left');
});

test('estimates by the rate of the last minute, not of the whole run', () => {
  const slowThenFast = runUntil(1_000, [
    [100, 10],
    [540, 50],
    [600, 650],
  ]);
  expect(formatProgress(slowThenFast, 600_000)).toBe('650/1,000 connections, 65 %, 10/s, 35 s left');
});

test('raises the estimate slowly while nothing finishes, and finally drops it', () => {
  const steady = Array.from({ length: 60 }, (_, second) => [second + 1, (second + 1) * 10] as const);
  const stuck = runUntil(620, steady);
  const left = [60, 70, 90, 110, 119, 130].map(
    (second) => / (\d+ \w+) left/.exec(formatProgress(stuck, second * 1_000))?.[1],
  );
  expect(left).toEqual(['2 s', '3 s', '4 s', '12 s', '2 min', undefined]);
});

test('shows the rate limit that a run waits for instead of the time left', () => {
  const paused = pause(runUntil(300, [[6, 120]]), 'instagram_graph', 90, 6_000);
  expect(formatProgress(paused, 10_000)).toBe(
    '120/300 connections, 40 %, waiting for the rate limit of instagram_graph, 1 min 26 s',
  );
  expect(formatProgress(paused, 96_000)).not.toContain('waiting');
});

test('counts every connection as done, and failed ones as failed too', () => {
  let progress = startProgress(3, null, 0);
  for (const each of [report(), report({ result: 'failed' }), report({ result: 'nothing_due' })])
    progress = advance(progress, each, 0);
  expect(progress).toMatchObject({ done: 3, failed: 1 });
});

test('counts named days one by one, including those of connections in progress', () => {
  let progress = startProgress(10, 900, 0);
  expect(formatProgress(progress, 0)).toBe('0/10 connections, days 0/9,000, 0 %');
  progress = advanceDays(progress, 'c1', 30, 10_000);
  progress = advanceDays(progress, 'c2', 300, 20_000);
  progress = advanceDays(progress, 'c1', 60, 30_000);
  expect(formatProgress(progress, 36_000)).toBe('0/10 connections, days 360/9,000, 4 %, 10/s, 15 min left');
  progress = advance(progress, report({ connectionId: 'c2' }), 60_000);
  expect(formatProgress(progress, 60_000)).toBe('1/10 connections, days 960/9,000, 10 %, 16/s, 9 min left');
});

test('counts due days in a dry run', () => {
  const due = report({ result: 'nothing_due', days: { due: 3 } });
  let progress = startProgress(3, null, 0);
  for (const each of [due, due, report({ result: 'nothing_due', days: {} })]) progress = advance(progress, each, 0);
  expect(formatProgress(progress, 0)).toBe('3/3 connections, 100 %, 6 days due');
});

test('prints a connection on one line', () => {
  expect(formatConnection(report())).toBe(
    'instagram 17841400000000001 (Oslo Cycles) of user u1: succeeded, 2 days: 2026-11-20 to 2026-11-21, 28 metrics',
  );
  expect(formatConnection(report({ result: 'nothing_due', dates: [], metrics: 0 }))).toBe(
    'instagram 17841400000000001 (Oslo Cycles) of user u1: nothing due',
  );
  expect(formatConnection(report({ result: 'failed', metrics: 0, reason: 'timeout', message: 'no answer' }))).toMatch(
    /: failed, 2 days: .*; timeout: no answer$/,
  );
});

function plain(verbose: boolean) {
  const lines: string[] = [];
  let now = Date.parse('2026-11-22T02:00:00.123Z');
  const reporter = createPlainReporter({
    stream: { write: (line: string) => lines.push(line) },
    verbose,
    now: () => now,
    elapsed: () => now,
  });
  const wait = (seconds: number) => {
    now += seconds * 1000;
  };
  return { reporter, lines, wait };
}

test('prints the start, progress at most every 10 seconds, warnings and the end as plain lines', () => {
  const { reporter, lines, wait } = plain(false);
  reporter.onEvent(started);
  wait(9);
  reporter.onEvent(connection);
  wait(1);
  reporter.onEvent(connection);
  reporter.onEvent({ type: 'warning', message: 'one\nline' });
  wait(9);
  reporter.onEvent(connection);
  reporter.end();
  reporter.end();
  expect(lines.join('')).toMatchInlineSnapshot(`
    "2026-11-22T02:00:00Z collecting 3 connections from PostgreSQL at localhost/app
    2026-11-22T02:00:10Z 2/3 connections, 66 %
    2026-11-22T02:00:10Z warning: one line
    2026-11-22T02:00:19Z done: 3/3 connections, 100 %
    "
  `);
});

test.each([
  [3, 0, 'collecting 3 connections from '],
  [3, 2, 'collecting 1 of 3 connections from '],
  [3, 3, 'nothing is due: 3 connections in '],
])('of %i connections of which %i have nothing due, says %j', (connections, idle, words) => {
  const { reporter, lines } = plain(false);
  reporter.onEvent({ ...started, connections, idle });
  expect(lines).toEqual([expect.stringContaining(words)]);
});

test('prints a wait for a rate limit at once, and once for each pause', () => {
  const { reporter, lines, wait } = plain(false);
  const paused = { type: 'api', api: 'youtube_data', state: 'paused', seconds: 60, message: 'rate limit' } as const;
  reporter.onEvent(started);
  wait(1);
  reporter.onEvent(paused);
  wait(1);
  reporter.onEvent(paused);
  wait(60);
  reporter.onEvent(paused);
  const line = '0/3 connections, 0 %, waiting for the rate limit of youtube_data, 1 min';
  expect(lines.slice(1)).toEqual([`2026-11-22T02:00:01Z ${line}\n`, `2026-11-22T02:01:02Z ${line}\n`]);
});

test('shows no progress for a run without connections', () => {
  const { reporter, lines } = plain(false);
  reporter.onEvent({ ...started, connections: 0 });
  reporter.end();
  expect(lines).toEqual([]);
});

test('prints one line per connection with --verbose', () => {
  const { reporter, lines } = plain(true);
  reporter.onEvent(started);
  for (let n = 0; n < 3; n++) reporter.onEvent(connection);
  expect(lines.filter((line) => line.includes('Oslo Cycles'))).toHaveLength(3);
});

test('shows what all processes of a shared run have done, at their rate since this one came', () => {
  const at = (done: number, workers: number) =>
    ({ type: 'progress', runId: 'r1', connections: { total: 60_000, done, failed: 2 }, workers }) as const;
  let progress = follow(advance(startProgress(60_000, 10, 0), report(), 500), at(50_000, 3), 1_000);
  expect(formatProgress(progress, 1_000)).toBe('50,000/60,000 connections, 83 %, 2 failed, 3 workers');
  progress = follow(advance(progress, report(), 5_000), at(51_000, 4), 11_000);
  expect(formatProgress(progress, 11_000)).toBe(
    '51,000/60,000 connections, 85 %, 2 failed, 4 workers, 100/s, 2 min left',
  );
  expect(formatProgress(follow(progress, at(60_000, 4), 20_000), 20_000)).toBe(
    '60,000/60,000 connections, 100 %, 2 failed',
  );
});

test('logs what a shared run has done every 10 seconds, and how it stood at the end', () => {
  const { reporter, lines, wait } = plain(false);
  reporter.onEvent({ ...started, connections: 300, isJoined: true });
  for (const [seconds, done] of [
    [2, 100],
    [10, 200],
    [2, 300],
  ] as const) {
    wait(seconds);
    reporter.onEvent({ type: 'progress', runId: 'r1', connections: { total: 300, done, failed: 0 }, workers: 2 });
  }
  reporter.end();
  expect(lines.map((line) => line.trimEnd().slice(21))).toEqual([
    'collecting 300 connections from PostgreSQL at localhost/app',
    '200/300 connections, 66 %, 2 workers, 10/s, 10 s left',
    'done: 300/300 connections, 100 %',
  ]);
});
