import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { BIN, expectNoSecrets, home, runCli } from './support/cli.js';
import { daysAgo } from './support/truth.js';

const ONE_DAY = ['--date', daysAgo(10)];
const accounts = population();
const onFacebook = accounts.filter(({ platform }) => platform === 'facebook').length;
const ESCAPE = '\u001B';

describe('collect --sandbox', () => {
  it('collects every account, and says that the data is made up', async () => {
    const { code, stdout, stderr } = await runCli(['collect', '--sandbox', '--platform', 'facebook', ...ONE_DAY]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Sandbox: .*Nothing here is real/);
    expect(stdout).toMatch(new RegExp(`connections +${onFacebook} of ${onFacebook} ok`));
    expect(stdout).toMatch(new RegExp(`facebook +${onFacebook} +${onFacebook} `));
    expect(stdout + stderr).not.toContain(ESCAPE);
  });

  it('shows no next run, because nothing is kept', async () => {
    const limited = ['collect', '--sandbox', '--platform', 'linkedin', '--max-requests', '20'];
    const { code, stderr } = await runCli(limited);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/--max-requests.*were not reached$/m);
  });

  it('shows ten days of late and corrected values', async () => {
    const { code, stdout, stderr } = await runCli(['collect', '--sandbox', 'late']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^run \d+, /gm)).toHaveLength(10);
    expect(stdout).toMatch(/^youtube views .*\d~/m);
    expect(stdout).toMatch(/^instagram views .*\d\*/m);
    expect(stdout).toMatch(/values seen: .*\n.*settled by now, none removed/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toContain(ESCAPE);
  });

  it.each(['--date=2026-11-20', '--dry-run', '--max-requests=5'])('refuses %s for simulated days', async (flag) => {
    const { code, stdout, stderr } = await runCli(['collect', '--sandbox', 'late', flag]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${flag.split('=')[0]} cannot be combined with --sandbox late`);
  });

  it('shows no token at any point', () => {
    const tokens = accounts.flatMap(({ accessToken, refreshToken, pageToken }) => [
      accessToken,
      refreshToken,
      pageToken,
    ]);
    expectNoSecrets(tokens.filter((token) => token !== undefined));
  });
});

describe('a reader that closes the pipe early', () => {
  it.each([
    ['schema', '| head -c 10', '-- analyti'],
    ['platforms --json', '| head -c 10', '[\n  {\n    '],
    ['schema', '| true', ''],
  ])('%s %s', async (command, pipe, read) => {
    const { stdout, stderr } = await shell(`"$0" "${BIN}" ${command} ${pipe}`);
    expect(stdout).toBe(read);
    expect(stderr).not.toMatch(/ {4}at |EPIPE/);
  });
});

function shell(script: string): Promise<{ stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: home };
  const child = spawn('sh', ['-c', script, process.execPath], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', () => resolve({ stdout, stderr }));
  });
}
