import { expect, it } from 'vitest';
import { createJsonReporter } from '../../../src/cli/render/json.js';
import { report } from './samples.js';

const STARTED = {
  type: 'started',
  runId: 'r1',
  scope: 'all',
  store: 'db',
  idle: 0,
  days: null,
  dryRun: false,
} as const;

function reporting(verbose: boolean) {
  const events: { type: string; fields: object }[] = [];
  const clock = { ms: 0 };
  const log = { event: (type: string, fields = {}) => void events.push({ type, fields }), summary() {}, end() {} };
  const reporter = createJsonReporter({ log, verbose, elapsed: () => clock.ms });
  return { reporter, events, clock };
}

it('logs progress every ten seconds at most', () => {
  const { reporter, events, clock } = reporting(false);
  reporter.onEvent({ ...STARTED, connections: 100 });
  for (clock.ms = 1_000; clock.ms <= 25_000; clock.ms += 1_000) {
    reporter.onEvent({ type: 'connection', connection: report() });
  }
  expect(events.filter(({ type }) => type === 'progress').map(({ fields }) => fields)).toEqual([
    { connections: { total: 100, done: 10, failed: 0 }, elapsed_ms: 10_000 },
    { connections: { total: 100, done: 20, failed: 0 }, elapsed_ms: 20_000 },
  ]);
});

it('logs the first 1,000 connections that failed and, if asked, all connections', () => {
  const few = reporting(false);
  const all = reporting(true);
  for (const { reporter } of [few, all]) {
    reporter.onEvent({ ...STARTED, connections: 1_200 });
    for (let index = 0; index < 1_100; index++)
      reporter.onEvent({ type: 'connection', connection: report({ result: 'failed' }) });
    for (let index = 0; index < 100; index++) reporter.onEvent({ type: 'connection', connection: report() });
  }
  expect(few.events.filter(({ type }) => type === 'connection')).toHaveLength(1_000);
  expect(all.events.filter(({ type }) => type === 'connection')).toHaveLength(1_200);
});

it('logs what all processes of a shared run have done, and how many they are', () => {
  const { reporter, events, clock } = reporting(false);
  reporter.onEvent({ ...STARTED, connections: 100 });
  clock.ms = 10_000;
  const connections = { total: 100, done: 70, failed: 1 };
  reporter.onEvent({ type: 'progress', runId: 'r1', connections, workers: 3 });
  reporter.onEvent({ type: 'connection', connection: report() });
  reporter.onEvent({ type: 'shared', state: 'ended', runId: 'r1' });
  expect(events.slice(1)).toEqual([
    { type: 'progress', fields: { connections, workers: 3, elapsed_ms: 10_000 } },
    { type: 'shared', fields: { state: 'ended', run_id: 'r1' } },
  ]);
});
