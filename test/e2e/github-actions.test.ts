import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { home, parseSummary, runCli } from './support/cli.js';
import { connect, connectionRow, type Database, emptyDatabase } from './support/databases.js';
import { daysAgo } from './support/truth.js';

const EVIL = '::set-output name=status::completed ##[add-mask]e\n::error::| <b>`';
const accounts = population({ users: 2, platforms: ['facebook', 'instagram'] }).map((account, index) =>
  index === 0 ? { ...account, fault: { kind: 'dead_token' } as const } : account,
);
const [outputs, page] = [join(home, 'outputs'), join(home, 'page.md')];

let database: Database;
let sandbox: Sandbox;
let env: Record<string, string>;
beforeAll(async () => {
  [database, sandbox] = await Promise.all([emptyDatabase('embedded'), startSandbox({ accounts })]);
  const rows = accounts.map(connectionRow);
  await connect(
    database,
    rows.map((row, index) => (index === 0 ? { ...row, account_name: EVIL } : row)),
  );
  const github = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: page };
  env = { ...database.env, ...sandbox.urls, ...github };
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

/** The commands that GitHub's runner finds in a step's output. */
function commands(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\s*::([a-z-]+)/.exec(line)?.[1] ?? /##\[([a-z-]+)/.exec(line)?.[1] ?? []);
}

describe('in GitHub Actions', () => {
  it('a run folds its log, and writes annotations, a summary and outputs; no name acts as a command', async () => {
    writeFileSync(page, '# Before\n');
    const run = await runCli(['collect', '--json', '--date', daysAgo(10)], { env });
    expect(run.code, run.stderr).toBe(3);
    const { metrics } = parseSummary(run);
    expect(commands(run.stdout)).toEqual([]);
    expect(commands(run.stderr)).toEqual(['group', 'endgroup', 'error']);
    expect(run.stderr).toMatch(/^::error title=facebook%3A needs_reconnect::facebook .*: :set-output/m);
    expect(readFileSync(outputs, 'utf8')).toBe(`status=partial\ninserted=${metrics.inserted}\nfailed=1\n`);
    const written = readFileSync(page, 'utf8');
    expect(written).toMatch(/^# Before\n### analytics-collect: partial\n/);
    expect(written).toContain('| facebook | 2 | 1 | 1 | 0 |');
    expect(written).not.toMatch(/<b>|##\[|`</);
  });

  it('its text on stdout contains no command either', async () => {
    const run = await runCli(['collect', '--date', daysAgo(10)], { env });
    expect(run.stdout).toContain('# # [add-mask]e');
    expect(commands(run.stdout)).toEqual([]);
  });

  it('a step summary that cannot be written fails nothing', async () => {
    const run = await runCli(['collect', '--date', daysAgo(9), '--platform', 'instagram'], {
      env: { ...env, GITHUB_STEP_SUMMARY: home },
    });
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: expect.stringMatching(/cannot write .* \(EISDIR\)/) });
  });

  it('a run that cannot start is annotated as well', async () => {
    const run = await runCli(['collect', '--date', '2099-01-01'], { env });
    expect(run).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('\n::error title=analytics-collect::--date'),
    });
  });
});
