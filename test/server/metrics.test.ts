import { expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.js';
import type { RunRow } from '../../src/store/store.js';
import { summary } from '../cli/render/samples.js';

const now = new Date('2026-11-22T09:00:00Z');
const over: RunRow = {
  runId: 'r1',
  scope: 'all',
  trigger: 'schedule',
  status: 'completed',
  startedAt: '2026-11-22T02:00:00Z',
  heartbeatAt: '2026-11-22T02:00:00Z',
  finishedAt: '2026-11-22T02:00:12Z',
  summary: summary(),
};
const begun = (heartbeatAt: string): RunRow => ({
  ...over,
  status: 'running',
  heartbeatAt,
  finishedAt: null,
  summary: null,
});

it('a run in progress is shown beside the last one that is over, a killed one is not', async () => {
  const rows = [over, begun('2026-11-22T08:59:30Z'), begun('2026-11-22T08:30:00Z')];
  const lastRuns = async () => ({
    run: rows.shift() ?? null,
    fullRun: null,
    starts: [],
    succeededAt: over.startedAt,
  });
  const metrics = createMetrics(lastRuns, () => now);
  const texts = [await metrics(), await metrics(), await metrics()];
  expect(texts.map((text) => /^analytics_collect_running (\d)$/m.exec(text)?.[1])).toEqual(['0', '1', '0']);
  for (const text of texts) expect(text).toContain('analytics_collect_last_run_status{status="completed"} 1\n');
});
