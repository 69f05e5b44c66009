import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAX_SHARDS, parseInteger, parseTimes, parseTriggerUrl, usageError } from '../flags.js';
import { crontab } from '../schedule/crontab.js';
import { githubWorkflow } from '../schedule/github.js';
import { kubernetesCronJob } from '../schedule/kubernetes.js';
import { pgCronRemovalSql, pgCronSql } from '../schedule/pg-cron.js';
import { DEFAULT_TIMES, GITHUB_TIMES, type Installation } from '../schedule/schedule.js';
import { systemdUnits } from '../schedule/systemd.js';
import { readVersion } from '../version.js';

/** The most jobs that GitHub makes of a matrix. */
const MAX_GITHUB_JOBS = 256;

export interface ScheduleFlags {
  readonly at?: string;
}

export interface ShardedFlags extends ScheduleFlags {
  readonly shards?: string;
}

export interface PgCronFlags extends ScheduleFlags {
  readonly url?: string;
  readonly remove?: boolean;
}

export function schedulePgCron({ url, at = DEFAULT_TIMES, remove }: PgCronFlags): void {
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
  print(pgCronSql({ url: parseTriggerUrl('--url', url), at: parseTimes('--at', at) }));
}

export function scheduleCrontab({ at = DEFAULT_TIMES }: ScheduleFlags): void {
  const log = join(homedir(), 'analytics-collect.log');
  print(crontab({ ...installation(), folder: process.cwd(), log, at: parseTimes('--at', at) }));
}

export function scheduleGithub({ at = GITHUB_TIMES, shards }: ShardedFlags): void {
  print(githubWorkflow({ at: parseTimes('--at', at), shards: parseShards(shards, MAX_GITHUB_JOBS) }));
}

export function scheduleSystemd({ at = DEFAULT_TIMES }: ScheduleFlags): void {
  print(systemdUnits({ ...installation(), user: userInfo().username, at: parseTimes('--at', at) }));
}

export function scheduleKubernetes({ at = DEFAULT_TIMES, shards }: ShardedFlags): void {
  print(
    kubernetesCronJob({
      at: parseTimes('--at', at),
      shards: parseShards(shards, MAX_SHARDS),
      version: readVersion(),
    }),
  );
}

function parseShards(text: string | undefined, max: number): number {
  return text === undefined ? 1 : parseInteger('--shards', text, { min: 1, max });
}

function installation(): Installation {
  const bin = fileURLToPath(new URL('../../../bin/analytics-collect.js', import.meta.url));
  return { node: process.execPath, bin };
}

function print(text: string): void {
  process.stdout.write(text);
}
