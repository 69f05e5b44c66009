import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FAULTY_REFUSED_METRICS, population } from '../../src/sandbox/population.js';
import { collectJson, runCli } from '../e2e/support/cli.js';
import { expectCountsAddUp } from '../support/summary.js';
import { DATE } from './support.js';

const ONE_DAY = ['--date', DATE];
const onLinkedin = population().filter(({ platform }) => platform === 'linkedin').length;

describe('collect --sandbox', () => {
  it('shows failures, and exits 3', async () => {
    const summary = await collectJson(['--sandbox', 'faulty', ...ONE_DAY], { env: {}, code: 3 });
    expectCountsAddUp(summary);
    expect(summary).toMatchObject({ status: 'partial', users: { total: 150 }, connections: { total: 300 } });
    const reasons = new Set(summary.failures.map(({ reason }) => reason));
    for (const reason of ['needs_reconnect', 'platform_error'] as const) expect(reasons).toContain(reason);
    expect(summary.platforms.instagram?.reasons).toHaveProperty('missing_permission');
    for (const metric of FAULTY_REFUSED_METRICS) {
      expect(summary.warnings).toContainEqual(expect.stringContaining(metric));
    }
  });

  it('prints only failures with --quiet, and what is due with --dry-run', async () => {
    const linkedin = ['collect', '--sandbox', '--platform', 'linkedin', ...ONE_DAY];
    const [quiet, { code, stdout, stderr }] = await Promise.all([
      runCli([...linkedin, '--quiet']),
      runCli([...linkedin, '--dry-run']),
    ]);
    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\S+Z Starting the sandbox …\n/);
    expect(stdout).toContain(`due: ${onLinkedin} days of ${onLinkedin} connections`);
  });

  it('prints the simulated days as one document with --json', async () => {
    const { code, stdout } = await runCli(['collect', '--sandbox', 'late', '--json']);
    const { runs } = JSON.parse(stdout);
    expect([code, runs.length]).toEqual([0, 10]);
    for (const { summary } of runs) expectCountsAddUp(summary);
    expect(Object.keys(runs[0])).toEqual(['at', 'summary', 'table']);
    expect(Object.keys(runs[0].table[0])).toEqual(['platform', 'account_id', 'metric', 'days']);
    expect(Object.keys(runs[0].table[0].days[0])).toEqual(['date', 'value', 'state', 'first']);
  });

  it.each(['2027-07-01', '2028-03-01', '2031-01-01'])('completes without a warning on %s', async (date) => {
    const preload = pathToFileURL(join(import.meta.dirname, '../e2e/support/at-date.mjs')).href;
    const env = { NODE_OPTIONS: `--import=${preload}`, AT_DATE: `${date}T09:00:00Z` };
    const summary = await collectJson(['--sandbox', '--shard', '1/10'], { env, code: 0 });
    expect(summary).toMatchObject({ status: 'completed', warnings: [] });
    expect(summary.started_at).toMatch(new RegExp(`^${date}T`));
  });
});
