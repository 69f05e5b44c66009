import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { home, runCli, until } from '../e2e/support/cli.js';
import { connect, connectionRow, readyDatabase } from '../e2e/support/databases.js';
import { storedRows } from '../e2e/support/truth.js';

const accounts = population({ users: 1, platforms: ['facebook'] });
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** Why no cron can be started here whose crontabs and whose lock are its own, or null. */
const missing = whyNot();

function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  if (!existsSync('/usr/sbin/cron')) return "Debian's cron is not installed";
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'mounts of its own are not allowed';
  return null;
}

/** Installs crontabs, the last to stay, in a /var/spool and /run that no other process sees, and has cron run it. */
function startCron(files: readonly string[]) {
  const script = `
    set -e
    mount -t tmpfs none /var/spool/cron/crontabs
    mount -t tmpfs none /run
    for file in ${files.join(' ')}; do crontab "$file"; done
    exec cron -f`;
  const cron = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  cron.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  cleanups.push(() => cron.kill());
  return { failed: () => (cron.exitCode === null ? null : stderr) };
}

it.skipIf(missing !== null)(
  `what schedule crontab prints, run by cron, collects${missing === null ? '' : ` (skipped: ${missing})`}`,
  async () => {
    const [database, sandbox] = await Promise.all([readyDatabase('Supabase'), startSandbox({ accounts })]);
    cleanups.push(database.close, sandbox.close);
    await connect(database, accounts.map(connectionRow));
    const settings = Object.entries({ ...database.env, ...sandbox.urls }).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(home, '.env'), settings.join(''));

    const { stdout } = await runCli(['schedule', 'crontab']);
    expect(stdout).toMatch(/^CRON_TZ=UTC$/m);
    // Neither the minute nor the hour is to be waited for: cron runs it as it starts.
    const [printed, atOnce] = [join(home, 'crontab'), join(home, 'crontab.at-once')];
    writeFileSync(printed, stdout);
    writeFileSync(atOnce, stdout.replace(/^0 2,9 \* \* \* /m, '@reboot '));
    expect(readFileSync(atOnce, 'utf8')).toMatch(/^@reboot cd /m);
    mkdirSync('/var/spool/cron/crontabs', { recursive: true });
    const cron = startCron([printed, atOnce]);

    const log = join(home, 'analytics-collect.log');
    const said = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
    await until(() => cron.failed() !== null || said().includes('Next: '));
    expect(cron.failed()).toBeNull();
    expect(said()).toMatch(/^completed: /m);
    expect(await storedRows(database)).not.toEqual([]);
  },
);
