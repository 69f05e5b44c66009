import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { usageError } from '../flags.js';
import { crontab } from '../schedule/crontab.js';
import { githubWorkflow } from '../schedule/github.js';
import { kubernetesCronJob } from '../schedule/kubernetes.js';
import { pgCronRemovalSql, pgCronSql } from '../schedule/pg-cron.js';
import { type Installation, type Sharing, workersOf } from '../schedule/schedule.js';
import { systemdUnits } from '../schedule/systemd.js';
import type { PgCronFlags, ScheduleFlags, SharedFlags } from '../schedule-options.js';
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

export function scheduleCrontab({ at, workers }: ScheduleFlags): void {
  const log = join(homedir(), 'analytics-collect.log');
  print(crontab({ ...installation(), folder: process.cwd(), log, at, sharing: workersOf(workers) }));
}

export function scheduleGithub({ at, ...shared }: SharedFlags): void {
  print(githubWorkflow({ at, sharing: sharingOf(shared) }));
}

export function scheduleSystemd({ at, workers }: ScheduleFlags): void {
  print(systemdUnits({ ...installation(), user: userInfo().username, at, sharing: workersOf(workers) }));
}

export function scheduleKubernetes({ at, ...shared }: SharedFlags): void {
  print(kubernetesCronJob({ at, sharing: sharingOf(shared), version: readVersion() }));
}

function sharingOf({ shards, workers }: Pick<SharedFlags, 'shards' | 'workers'>): Sharing {
  return shards === 1 ? workersOf(workers) : { kind: 'shards', count: shards };
}

function installation(): Installation {
  return { node: process.execPath, bin: binPath() };
}

function print(text: string): void {
  process.stdout.write(text);
}
