import { expect, test } from 'vitest';
import { createPlainReporter } from '../../../src/cli/render/plain.js';
import {
  advance,
  advanceDays,
  formatConnection,
  formatProgress,
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

test.each([
  [{ total: 300, done: 120, failed: 2 }, 4000, '120/300 connections, 40 %, 2 failed, 30/s, 6.0 s left'],
  [{ total: 300, done: 0, failed: 0 }, 0, '0/300 connections, 0 %'],
  [{ total: 300, done: 300, failed: 0 }, 9000, '300/300 connections, 100 %'],
  [{ total: 2500, done: 1, failed: 0 }, 2000, '1/2,500 connections, 0 %, 0.5/s, 1 h 23 min left'],
  [{ total: 0, done: 0, failed: 0 }, 0, '0/0 connections'],
  // A connection added while the run goes on.
  [{ total: 3, done: 4, failed: 0 }, 1000, '4/3 connections, 100 %'],
])('%j after %i ms', (progress, elapsed, expected) => {
  expect(formatProgress({ ...startProgress(0, null, 0), ...progress }, elapsed)).toBe(expected);
});

test('counts every connection as done, and failed ones as failed too', () => {
  const reports = [report(), report({ result: 'failed' }), report({ result: 'nothing_due' })];
  expect(reports.reduce(advance, startProgress(3, null, 0))).toMatchObject({ done: 3, failed: 1 });
});

test('counts named days one by one, including those of connections in progress', () => {
  let progress = startProgress(10, 900, 0);
  expect(formatProgress(progress, 0)).toBe('0/10 connections, days 0/9,000, 0 %');
  progress = advanceDays(progress, 'c1', 30);
  progress = advanceDays(progress, 'c2', 300);
  progress = advanceDays(progress, 'c1', 60);
  expect(formatProgress(progress, 36_000)).toBe('0/10 connections, days 360/9,000, 4 %, 10/s, 14 min 24 s left');
  progress = advance(progress, report({ connectionId: 'c2' }));
  expect(formatProgress(progress, 96_000)).toBe('1/10 connections, days 960/9,000, 10 %, 10/s, 13 min 24 s left');
});

test('counts due days in a dry run', () => {
  const due = report({ result: 'nothing_due', days: { due: 3 } });
  const progress = [due, due, report({ result: 'nothing_due', days: {} })].reduce(advance, startProgress(3, null, 0));
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
    2026-11-22T02:00:10Z 2/3 connections, 66 %, 0.2/s, 5.0 s left
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
