import { expect, it } from 'vitest';
import { traceRun } from '../../src/report/spans.js';
import { report, summary } from '../cli/render/samples.js';

it('a trace stays small and names no one, however many connections fail', () => {
  const trace = traceRun();
  const counts = { connections: 10_000, idle: 0, days: null, dryRun: false };
  trace.onEvent({ type: 'started', runId: 'r1', scope: 'user:someone@example.com', store: 'db', ...counts });
  const message = 'the token of someone@example.com has expired';
  for (let user = 0; user < 10_000; user++) {
    const connection = report({ userId: `someone${user}`, result: 'failed', reason: 'needs_reconnect', message });
    trace.onEvent({ type: 'connection', connection });
  }
  const { run, parts } = trace.ended(summary({ status: 'failed' }));
  expect(run).toMatchObject({ hasFailed: true, attributes: { 'analytics_collect.scope': 'user' } });
  expect(parts).toHaveLength(1);
  expect(parts[0]?.events).toHaveLength(100);
  expect(parts[0]?.attributes).toMatchObject({ 'analytics_collect.connections.failed': 10_000 });
  expect(JSON.stringify([run, parts])).not.toContain('someone');
});

it('the trace of an unknown error does not quote it', () => {
  const { run } = traceRun().crashed(new Error('token EAAB'));
  expect(run).toMatchObject({ hasFailed: true, attributes: { 'error.type': 'internal' } });
  expect(JSON.stringify(run)).not.toContain('EAAB');
});
