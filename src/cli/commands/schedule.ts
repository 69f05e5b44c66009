import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { usageError } from '../flags.js';
import type { PgCronFlags, ScheduleFlags, ShardedFlags } from '../options.js';
import { crontab } from '../schedule/crontab.js';
import { githubWorkflow } from '../schedule/github.js';
import { kubernetesCronJob } from '../schedule/kubernetes.js';
import { pgCronRemovalSql, pgCronSql } from '../schedule/pg-cron.js';
import type { Installation } from '../schedule/schedule.js';
import { systemdUnits } from '../schedule/systemd.js';
import { binPath, readVersion } from '../version.js';

export function schedulePgCron({ url, at, remove }: PgCronFlags): void {
  if (remove) {
    print(pgCronRemovalSql());
    return;
  }
  if (url === undefined) {
    throw usageError(
      '--url is missing.',
      'Give the address of `analytics-collect serve`: --url https://collect.example.com.',
    );
  }
  print(pgCronSql({ url, at }));
}

export function scheduleCrontab({ at }: ScheduleFlags): void {
  const log = join(homedir(), 'analytics-collect.log');
  print(crontab({ ...installation(), folder: process.cwd(), log, at }));
}

export function scheduleGithub({ at, shards }: ShardedFlags): void {
  print(githubWorkflow({ at, shards }));
}

export function scheduleSystemd({ at }: ScheduleFlags): void {
  print(systemdUnits({ ...installation(), user: userInfo().username, at }));
}

export function scheduleKubernetes({ at, shards }: ShardedFlags): void {
  print(
    kubernetesCronJob({
      at,
      shards,
      version: readVersion(),
    }),
  );
}

function installation(): Installation {
  return { node: process.execPath, bin: binPath() };
}

function print(text: string): void {
  process.stdout.write(text);
}
