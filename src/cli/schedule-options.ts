import { type Command, Option } from '@commander-js/extra-typings';
import { BOUNDS } from '../collector/options.js';
import { integer, parseTimes, parseTriggerUrl, usageError } from './flags.js';
import type { Options } from './options.js';
import { DEFAULT_TIMES, GITHUB_TIMES, type Times } from './schedule/schedule.js';

/** The jobs that a matrix of GitHub may have. */
const MOST_WORKERS = 256;

export function pgCronOptions(command: Command) {
  return command
    .description('SQL for a database job that calls serve (pg_cron, pg_net, Supabase Vault)')
    .option('--url <url>', 'the address of serve', (text) => parseTriggerUrl('--url', text))
    .addOption(at(DEFAULT_TIMES))
    .addOption(noWorkers())
    .option('--remove', 'print SQL that removes the job');
}

export function crontabOptions(command: Command) {
  return command
    .description('crontab lines with the paths of this machine')
    .addOption(at(DEFAULT_TIMES))
    .addOption(workers());
}

export function githubOptions(command: Command) {
  return command
    .description('a GitHub Actions workflow')
    .addOption(at(GITHUB_TIMES))
    .addOption(shards(MOST_WORKERS))
    .addOption(workers().conflicts('shards'));
}

export function systemdOptions(command: Command) {
  return command
    .description('a systemd service and timer with the paths of this machine')
    .addOption(at(DEFAULT_TIMES))
    .addOption(workers());
}

export function kubernetesOptions(command: Command) {
  return command
    .description('a Kubernetes CronJob')
    .addOption(at(DEFAULT_TIMES))
    .addOption(shards(BOUNDS.shards.max))
    .addOption(workers().conflicts('shards'));
}

export type PgCronFlags = Options<typeof pgCronOptions>;
export type ScheduleFlags = Options<typeof crontabOptions>;
export type SharedFlags = Options<typeof githubOptions>;

function at(usual: string) {
  const usualTimes = parseTimes('--at', usual);
  return new Option('--at <times>', 'times of day (HH:MM, UTC), separated by commas')
    .default(usualTimes, usual)
    .argParser((text: string, before: Times) => {
      // Otherwise the last of several would silently replace the others.
      if (before !== usualTimes) throw usageError('--at is given twice.', 'Give all times at once: --at 02:00,09:00.');
      return parseTimes('--at', text);
    });
}

function shards(max: number) {
  return new Option('--shards <n>', 'number of shards that a run is split into')
    .default(1)
    .argParser(integer('--shards', { min: 1, max }));
}

function workers() {
  return new Option('--workers <n>', 'number of equal processes that share a run over DATABASE_URL').argParser(
    integer('--workers', { min: 2, max: MOST_WORKERS }),
  );
}

function noWorkers() {
  return new Option('--workers <n>').hideHelp().argParser((): never => {
    throw usageError(
      'pg_cron has one `serve` collect, which cannot share the run.',
      'For several processes use schedule kubernetes, github, crontab or systemd --workers N.',
    );
  });
}
