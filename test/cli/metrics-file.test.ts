import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { App } from '../../src/app.js';
import { withMetricsFile } from '../../src/cli/metrics-file.js';
import { summary } from './render/samples.js';

const SUCCEEDED = /^analytics_collect_last_success_timestamp_seconds (\S+)$/m;

it('a run of one user is no success that hides a missing full run', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'metrics-')), 'collect.prom');
  const runAt = async (startedAt: string, isFull: boolean) => {
    const collect: App['collect'] = async () => summary({ started_at: startedAt });
    const measured = await withMetricsFile(collect, { path, isFull, warn: () => undefined });
    await measured({} as Parameters<App['collect']>[0], () => undefined);
    return SUCCEEDED.exec(readFileSync(path, 'utf8'))?.[1];
  };
  expect(await runAt('2026-11-20T02:00:00Z', false)).toBeUndefined();
  const full = await runAt('2026-11-21T02:00:00Z', true);
  expect(Number(full)).toBe(Date.parse('2026-11-21T02:00:00Z') / 1000);
  expect(await runAt('2026-11-22T02:00:00Z', false)).toBe(full);
});
