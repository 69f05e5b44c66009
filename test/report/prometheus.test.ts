import { expect, it } from 'vitest';
import { renderMetrics, succeededAtIn } from '../../src/report/prometheus.js';
import { summary } from '../cli/render/samples.js';

const finishedAt = new Date('2026-11-22T02:00:12.400Z');
const counts = summary({
  platforms: {
    'od"d\\\nname': {
      connections: 2,
      succeeded: 0,
      failed: 1,
      skipped: 1,
      metrics: 0,
      reasons: { timeout: 1, missing_permission: 1 },
    },
  },
});
const lastRun = { status: 'failed', finishedAt, durationMs: 12_400, counts } as const;

it('escapes labels, and counts no skipped account among the failing ones', () => {
  const lines = renderMetrics({ lastRun, succeededAt: null }).split('\n');
  expect(lines.filter((line) => line.startsWith('analytics_collect_last_run_failing_accounts'))).toEqual([
    'analytics_collect_last_run_failing_accounts{platform="od\\"d\\\\\\nname",reason="timeout"} 1',
  ]);
});

it('reads back the time of the last success', () => {
  expect(succeededAtIn(renderMetrics({ lastRun, succeededAt: finishedAt }))).toEqual(finishedAt);
  expect(succeededAtIn('')).toBeNull();
});
