import { type Command, Option } from '@commander-js/extra-typings';
import { MINUTE_MS } from '../clock.js';
import { BOUNDS, DEFAULTS } from '../collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import { parseAllowedFailures } from './allowed-failures.js';
import { integer, nonEmpty, parseShard, parseTimes, parseTriggerUrl, usageError } from './flags.js';
import { DEFAULT_TIMES, GITHUB_TIMES, type Times } from './schedule/schedule.js';

/*
 * The options of each command: their parsers, their defaults and, inferred from both, their types. Loaded for `--help` as well: nothing here
 * may import what takes long.
 */

const MINUTES = { min: 1, max: 1440 };
const minutes = (ms: number) => ms / MINUTE_MS;

export function collectOptions(command: Command) {
  return command
    .description('collect every day that is due, of every connected account')
    .option('--user <id>', 'only this user', nonEmpty('--user'))
    .option('--platform <name...>', 'only these platforms')
    .addOption(plugin().conflicts('sandbox'))
    .option('--date <day>', 'only this day, YYYY-MM-DD')
    .option('--since <day>', 'every day from this one on that is not complete')
    .option('--until <day>', 'the last day, with --since (default: yesterday)')
    .option(
      '--lookback <days>',
      `how many ended days to look at (default: ${DEFAULT_LOOKBACK_DAYS})`,
      integer('--lookback', BOUNDS.days),
    )
    .option(
      '--backlog <days>',
      'older days to make up for in a run, of each account',
      integer('--backlog', BOUNDS.backlog),
      DEFAULTS.backlog,
    )
    .option('--shard <i/n>', 'only this part of the users, for n machines that share a run', parseShard)
    .option('--concurrency <n>', 'requests at once', integer('--concurrency', BOUNDS.concurrency), DEFAULTS.concurrency)
    .option(
      '--max-requests <n>',
      'requests in all, the rest is due in the next run',
      integer('--max-requests', BOUNDS.maxRequests),
      DEFAULTS.limits.maxRequests,
    )
    .option(
      '--max-duration <minutes>',
      'how long a run may take, likewise',
      integer('--max-duration', MINUTES),
      minutes(DEFAULTS.limits.maxDurationMs),
    )
    .option(
      '--max-wait <minutes>',
      'the longest rest that a platform may ask for',
      integer('--max-wait', { ...MINUTES, min: 0 }),
      minutes(DEFAULTS.limits.maxWaitMs),
    )
    .option(
      '--allow-failures <n>',
      'exit 0 when no more connections failed than this, or than this share: 5, 2%',
      parseAllowedFailures,
    )
    .option('--allow-empty', 'exit 0 when there is no active connection to collect')
    .option('--alert-test', 'send a test alert to ALERT_WEBHOOK_URL, and nothing else')
    .option('--refresh', 'collect again what is settled, and overwrite it')
    .option('--adopt', 'overwrite the rows of other writers that stand in the place of values collected')
    .option('--dry-run', 'show what is due; ask no platform, write nothing')
    .option(
      '--sandbox [kind]',
      'try it on made-up accounts: healthy, faulty, or late for ten days of corrections (default: healthy)',
    )
    .option('--keep', 'with --sandbox: keep its database, for status --sandbox and the next run')
    .option('--json', 'print the summary as one JSON document')
    .addOption(new Option('--quiet', 'say nothing unless something failed').conflicts('verbose'))
    .option('--verbose', 'say a line for each connection');
}

export function statusOptions(command: Command) {
  return command
    .description('show the last run, and what is there of each platform')
    .option(
      '--days <n>',
      `how many ended days to look at (default: ${DEFAULT_LOOKBACK_DAYS})`,
      integer('--days', BOUNDS.days),
    )
    .option(
      '--max-age <hours>',
      'exit 1 when the last completed run began longer ago',
      integer('--max-age', { min: 1, max: 8760 }),
    )
    .option('--today', 'what was written in the last 24 hours, by platform and metric')
    .option('--sandbox', 'of what collect --sandbox --keep has collected')
    .option('--json', 'print one JSON document');
}

export function listOptions(command: Command) {
  return command
    .description('list every connection, without its token')
    .option('--sandbox', 'of the database that collect --sandbox --keep has kept')
    .option('--json', 'print one JSON document');
}

export function addOptions(command: Command) {
  return command
    .description('add a connection, or renew its token; asks for the access token')
    .requiredOption('--user <id>', 'whose account it is', nonEmpty('--user'))
    .requiredOption('--platform <name>', 'the platform')
    .addOption(plugin())
    .requiredOption('--account <id>', "the account's id at the platform", nonEmpty('--account'))
    .option('--name <name>', "the account's name, for people")
    .option('--expires <time>', 'when the token expires, ISO 8601')
    .option('--token-stdin', 'read the access token, and on a second line the refresh token, from standard input')
    .option('--no-check', 'do not ask the platform whether the token opens the account');
}

export function platformsOptions(command: Command) {
  return command
    .description("show each platform's metrics, day, settling time and API version")
    .addOption(plugin())
    .option('--json', 'print one JSON document');
}

export function pruneOptions(command: Command) {
  return command
    .description('delete what is older than a platform allows to keep; shows what, unless --yes')
    .requiredOption('--platform <name>', 'the platform')
    .requiredOption('--older-than <age>', 'days, months or years by the calendar: 90d, 12mo, 1y')
    .option('--yes', 'delete')
    .option('--json', 'print one JSON document');
}

export function pgCronOptions(command: Command) {
  return command
    .description('SQL that has a database call the endpoint of serve (pg_cron, pg_net, Supabase Vault)')
    .option('--url <url>', 'the address of serve', (text) => parseTriggerUrl('--url', text))
    .addOption(at(DEFAULT_TIMES))
    .option('--remove', 'print what takes it back');
}

export function crontabOptions(command: Command) {
  return command.description('lines for cron, with the paths of this machine').addOption(at(DEFAULT_TIMES));
}

export function githubOptions(command: Command) {
  return command.description('a GitHub Actions workflow').addOption(at(GITHUB_TIMES)).addOption(shards(256));
}

export function systemdOptions(command: Command) {
  return command.description('a service and its timer, with the paths of this machine').addOption(at(DEFAULT_TIMES));
}

export function kubernetesOptions(command: Command) {
  return command.description('a CronJob').addOption(at(DEFAULT_TIMES)).addOption(shards(BOUNDS.shards.max));
}

export function serveOptions(command: Command) {
  return command
    .description('collect on schedule, and whenever a protected endpoint is called')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <n>', 'the port, 0 for any', integer('--port', { min: 0, max: 65_535 }), 8080)
    .option(
      '--grace <minutes>',
      'how late a missed time is made up for at the start',
      integer('--grace', { ...MINUTES, min: 0 }),
      60,
    )
    .option(
      '--allow-failures <n>',
      'report success to HEALTHCHECK_URL when no more connections failed: 5, 2%',
      parseAllowedFailures,
    )
    .option('--allow-empty', 'take a run without any active connection for a success');
}

type Options<Define extends (command: Command) => { opts(): unknown }> = ReturnType<ReturnType<Define>['opts']>;

export type CollectFlags = Options<typeof collectOptions>;
export type StatusFlags = Options<typeof statusOptions>;
export type ListFlags = Options<typeof listOptions>;
export type AddFlags = Options<typeof addOptions>;
export type PlatformsFlags = Options<typeof platformsOptions>;
export type PruneFlags = Options<typeof pruneOptions>;
export type PgCronFlags = Options<typeof pgCronOptions>;
export type ScheduleFlags = Options<typeof crontabOptions>;
export type ShardedFlags = Options<typeof githubOptions>;
export type ServeFlags = Options<typeof serveOptions>;

function plugin() {
  return new Option('--plugin <file...>', 'modules with platforms of your own');
}

function at(usual: string) {
  const usualTimes = parseTimes('--at', usual);
  return new Option('--at <times>', 'when, HH:MM in UTC, several separated by commas')
    .default(usualTimes, usual)
    .argParser((text: string, before: Times) => {
      // The last of several would else be the only one.
      if (before !== usualTimes) throw usageError('--at is given twice.', 'Give all times at once: --at 02:00,09:00.');
      return parseTimes('--at', text);
    });
}

function shards(max: number) {
  return new Option('--shards <n>', 'how many share a run').default(1).argParser(integer('--shards', { min: 1, max }));
}
