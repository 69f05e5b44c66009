import { type Command, Option } from '@commander-js/extra-typings';
import { MINUTE_MS } from '../clock.js';
import { BOUNDS, DEFAULTS } from '../collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import { SANDBOX_KINDS } from '../sandbox/kinds.js';
import { parseAllowedFailures } from './allowed-failures.js';
import { integer, nonEmpty, parseShard } from './flags.js';

/*
 * The options of each command: parsers, defaults and, inferred from both, types. Also loaded for `--help`, so nothing here may
 * import slow modules.
 */

const MINUTES = { min: 1, max: 1440 };
const minutes = (ms: number) => ms / MINUTE_MS;

export function collectOptions(command: Command) {
  return command
    .description('collect all due days of every connected account')
    .option('--user <id>', 'only this user', nonEmpty('--user'))
    .option('--platform <name...>', 'only these platforms')
    .addOption(plugin())
    .option('--date <day>', 'only this day, YYYY-MM-DD')
    .option('--since <day>', 'all days from this one to yesterday that are not complete')
    .option('--until <day>', 'with --since: the last day, instead of yesterday')
    .option(
      '--lookback <days>',
      `how many ended days to look at (default: ${DEFAULT_LOOKBACK_DAYS})`,
      integer('--lookback', BOUNDS.days),
    )
    .option(
      '--backlog <days>',
      'how many missed older days to collect per account and run',
      integer('--backlog', BOUNDS.backlog),
      DEFAULTS.backlog,
    )
    .option('--shard <i/n>', 'only this share of the users, to split a run over n machines', parseShard)
    .option('--distributed', 'share the run with every process that is started in the same way')
    .option(
      '--concurrency <n>',
      'concurrent requests',
      integer('--concurrency', BOUNDS.concurrency),
      DEFAULTS.concurrency,
    )
    .option('--rate <platform=n...>', 'requests per second to each API of a platform')
    .option(
      '--max-requests <n>',
      'stop after this many requests; the next run begins with the accounts that were not reached',
      integer('--max-requests', BOUNDS.maxRequests),
    )
    .option(
      '--max-duration <minutes>',
      'stop after this long; the next run begins with the accounts that were not reached',
      integer('--max-duration', MINUTES),
      minutes(DEFAULTS.limits.maxDurationMs),
    )
    .option(
      '--max-wait <minutes>',
      'the longest rate-limit pause to wait for',
      integer('--max-wait', { ...MINUTES, min: 0 }),
      minutes(DEFAULTS.limits.maxWaitMs),
    )
    .option(
      '--allow-failures <n>',
      'exit 0 when at most this many connections failed, a number or a share: 5, 2%',
      parseAllowedFailures,
    )
    .option('--allow-empty', 'exit 0 when there are no active connections')
    .option('--alert-test', 'only send a test alert to ALERT_WEBHOOK_URL')
    .option('--refresh', 'collect settled days again and overwrite them')
    .option('--adopt', "overwrite other writers' rows that have the same key as a collected value")
    .option('--dry-run', 'show what is due, without sending requests or writing anything')
    .addOption(new Option('--sandbox [kind]', 'try it on made-up accounts').choices(SANDBOX_KINDS).preset('healthy'))
    .option('--keep', 'with --sandbox: keep its database, for status --sandbox and the next run')
    .option('--json', 'print the summary as one JSON document')
    .option('--metrics-file <file>', 'write metrics of the run for Prometheus', nonEmpty('--metrics-file'))
    .addOption(new Option('--log <format>', 'log to stderr as one JSON object per line').choices(['json'] as const))
    .addOption(new Option('--quiet', 'print nothing unless something failed').conflicts('verbose'))
    .option('--verbose', 'print one line per connection that may have something due');
}

export function listOptions(command: Command) {
  return command
    .description('list all connections, without their tokens')
    .option('--sandbox', 'list those kept by collect --sandbox --keep')
    .option('--json', 'print one JSON document');
}

export function addOptions(command: Command) {
  return command
    .description('add a connection or renew its token; prompts for the access token')
    .requiredOption('--user <id>', 'the user who owns the account', nonEmpty('--user'))
    .requiredOption('--platform <name>', 'the platform')
    .addOption(plugin())
    .requiredOption('--account <id>', "the account's id at the platform", nonEmpty('--account'))
    .option('--name <name>', 'a display name for the account')
    .option('--expires <time>', 'when the token expires, ISO 8601')
    .option('--token-stdin', 'read the access token, and on a second line the refresh token, from standard input')
    .option('--no-check', 'do not check the token with the platform');
}

export function importOptions(command: Command) {
  return command
    .description('add the connections of a CSV file, or renew their tokens')
    .argument('<file>', 'the file, with a header; - for standard input')
    .addOption(plugin())
    .option('--check', 'check each token with its platform before storing it')
    .option('--json', 'print one JSON document');
}

export function primaryOptions(command: Command) {
  return command
    .description("make a connection's account the primary one, whose rows go to analytics_snapshots")
    .addOption(plugin());
}

export function removeOptions(command: Command) {
  return command
    .description('remove a connection; collected metrics are kept')
    .argument('<id>', "the connection's id, from connections list")
    .option('--yes', 'do not ask first');
}

export function platformsOptions(command: Command) {
  return command
    .description("show each platform's metrics, day, settling time and API version")
    .addOption(plugin())
    .option('--json', 'print one JSON document');
}

export function pruneOptions(command: Command) {
  return command
    .description('delete old data; without --yes, only show what would be deleted')
    .option('--platform <name...>', 'only these platforms')
    .addOption(plugin())
    .requiredOption('--older-than <age>', 'an age in days, months or years: 90d, 12mo, 1y')
    .option('--yes', 'delete it')
    .option('--json', 'print one JSON document');
}

export function backupOptions(command: Command) {
  return command
    .description('write the embedded database to a file that restore and psql read')
    .argument('<file>', 'the file; one of that name is replaced once the new one is whole');
}

export function restoreOptions(command: Command) {
  return command
    .description('make a new embedded database from a file that backup wrote')
    .argument('<file>', 'the file');
}

export function sqlOptions(command: Command) {
  return command
    .description('read from the embedded database: one statement, or with --serve whatever psql asks')
    .argument('[statement]', 'one statement; it can change nothing')
    .addOption(new Option('--json', 'print the rows as one JSON document').conflicts('serve'))
    .option('--serve', 'let psql and other programs of this machine in, until Ctrl-C')
    .option('--port <n>', 'with --serve: the port (default: a free one)', integer('--port', { min: 0, max: 65_535 }));
}

export function serveOptions(command: Command) {
  return command
    .description('collect on a schedule and whenever its protected endpoint is called')
    .addOption(plugin())
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <n>', 'the port; 0 picks a free one', integer('--port', { min: 0, max: 65_535 }), 8080)
    .option(
      '--grace <minutes>',
      'at startup, make up for a scheduled run missed by at most this long',
      integer('--grace', { ...MINUTES, min: 0 }),
      60,
    )
    .option(
      '--allow-failures <n>',
      'report success to HEALTHCHECK_URL when at most this many connections failed: 5, 2%',
      parseAllowedFailures,
    )
    .option('--allow-empty', 'treat a run without active connections as a success');
}

/** The flags of a command, from its options. */
export type Options<Define extends (command: Command) => { opts(): unknown }> = ReturnType<ReturnType<Define>['opts']>;

export type CollectFlags = Options<typeof collectOptions>;
export type ListFlags = Options<typeof listOptions>;
export type AddFlags = Options<typeof addOptions>;
export type ImportFlags = Options<typeof importOptions>;
export type PluginFlags = Options<typeof primaryOptions>;
export type RemoveFlags = Options<typeof removeOptions>;
export type PlatformsFlags = Options<typeof platformsOptions>;
export type PruneFlags = Options<typeof pruneOptions>;
export type SqlFlags = Options<typeof sqlOptions>;
export type ServeFlags = Options<typeof serveOptions>;

/** For every command that knows the platforms. A sandbox has only the built-in ones. */
export function plugin() {
  return new Option('--plugin <file...>', 'modules that define platforms of your own').conflicts('sandbox');
}
