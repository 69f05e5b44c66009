import { Command, Option } from 'commander';
import { CollectError } from '../errors.js';
import type { CollectFlags } from './commands/collect.js';
import type { AddFlags, ListFlags } from './commands/connections.js';
import type { PlatformsFlags } from './commands/platforms.js';
import type { PruneFlags } from './commands/prune.js';
import type { PgCronFlags, ScheduleFlags, ShardedFlags } from './commands/schedule.js';
import type { ServeFlags } from './commands/serve.js';
import type { StatusFlags } from './commands/status.js';
import { DEFAULT_TIMES, GITHUB_TIMES } from './schedule/schedule.js';
import { sayReadingStarts, sayRunStarts } from './starting.js';

/**
 * The commands and their flags. Each command's module is loaded only when it runs, so that `--help` answers at once.
 * Throws instead of exiting: `CommanderError` for help, version and wrong usage, `CollectError` from the commands.
 */
export function createProgram(version: string): Command {
  const program = new Command('analytics-collect')
    .description('Collects the finished days of every connected social media account into PostgreSQL.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  addCollect(program);
  addStatus(program);
  addConnections(program);
  addPlatforms(program);
  addPrune(program);
  addSchedule(program);
  addSchema(program);
  addServe(program);
  return program;
}

function addCollect(program: Command): void {
  program
    .command('collect')
    .description('collect every day that is due, of every connected account')
    .option('--user <id>', 'only this user')
    .option('--platform <name...>', 'only these platforms')
    .addOption(plugin().conflicts('sandbox'))
    .option('--date <day>', 'only this day, YYYY-MM-DD')
    .option('--since <day>', 'every day from this one on that is not complete')
    .option('--until <day>', 'the last day, with --since (default: yesterday)')
    .option('--lookback <days>', 'how many ended days to look at (default: 7)')
    .option('--backlog <days>', 'older days to make up for in a run, of each account (default: 30)')
    .option('--shard <i/n>', 'only this part of the users, for n machines that share a run')
    .option('--concurrency <n>', 'requests at once (default: 32)')
    .option('--max-requests <n>', 'requests in all, the rest is due in the next run (default: 200000)')
    .option('--max-duration <minutes>', 'how long a run may take, likewise (default: 180)')
    .option('--max-wait <minutes>', 'the longest rest that a platform may ask for (default: 5)')
    .option('--allow-failures <n>', 'exit 0 when no more connections failed than this, or than this share: 5, 2%')
    .option('--allow-empty', 'exit 0 when there is no active connection to collect')
    .option('--alert-test', 'send a test alert to ALERT_WEBHOOK_URL, and nothing else')
    .option('--refresh', 'collect again what is settled, and overwrite it')
    .option('--adopt', 'overwrite the rows of other writers that stand in the place of values collected')
    .option('--dry-run', 'show what is due; ask no platform, write nothing')
    .option(
      '--sandbox [kind]',
      'try it on made-up accounts in memory: healthy, faulty, or late for ten days of corrections (default: healthy)',
    )
    .option('--keep', 'with --sandbox: keep its database, for status --sandbox and the next run')
    .option('--json', 'print the summary as one JSON document')
    .addOption(new Option('--quiet', 'say nothing unless something failed').conflicts('verbose'))
    .option('--verbose', 'say a line for each connection')
    .action(async (flags: CollectFlags) => {
      if (flags.sandbox === 'late') return (await import('./commands/collect-late.js')).collectLate(flags);
      sayRunStarts(flags);
      const { collectCommand } = await import('./commands/collect.js');
      await collectCommand(flags);
    });
}

function plugin(): Option {
  return new Option('--plugin <file...>', 'modules with platforms of your own');
}

function addStatus(program: Command): void {
  program
    .command('status')
    .description('show the last run, and what is there of each platform')
    .option('--days <n>', 'how many ended days to look at (default: 7)')
    .option('--max-age <hours>', 'exit 1 when the last completed run began longer ago')
    .option('--today', 'what was written in the last 24 hours, by platform and metric')
    .option('--sandbox', 'of what collect --sandbox --keep has collected')
    .option('--json', 'print one JSON document')
    .action(async (flags: StatusFlags) => {
      sayReadingStarts(flags);
      const { statusCommand } = await import('./commands/status.js');
      await statusCommand(flags);
    });
}

function addConnections(program: Command): void {
  const connections = program.command('connections').description('list, add and remove connected accounts');
  connections
    .command('list')
    .description('list every connection, without its token')
    .option('--sandbox', 'of the database that collect --sandbox --keep has kept')
    .option('--json', 'print one JSON document')
    .action(async (flags: ListFlags) => {
      sayReadingStarts(flags);
      const { listConnections } = await import('./commands/connections.js');
      await listConnections(flags);
    });
  connections
    .command('add')
    .description('add a connection, or renew its token; asks for the access token')
    .requiredOption('--user <id>', 'whose account it is')
    .requiredOption('--platform <name>', 'the platform')
    .requiredOption('--account <id>', "the account's id at the platform")
    .addOption(plugin())
    .option('--name <name>', "the account's name, for people")
    .option('--expires <time>', 'when the token expires, ISO 8601')
    .option('--token-stdin', 'read the access token, and on a second line the refresh token, from standard input')
    .option('--no-check', 'do not ask the platform whether the token opens the account')
    .action(async (flags: AddFlags) => {
      const { addConnection } = await import('./commands/connections.js');
      await addConnection(flags);
    });
  connections
    .command('primary')
    .description('choose the account of a user and platform whose rows go to analytics_snapshots')
    .argument('<id>', 'the connection that opens it, as in connections list')
    .action(async (id: string) => {
      const { choosePrimary } = await import('./commands/connections.js');
      await choosePrimary(id);
    });
  connections
    .command('remove')
    .description('remove a connection; the metrics it collected stay')
    .argument('<id>', 'as in connections list')
    .action(async (id: string) => {
      const { removeConnection } = await import('./commands/connections.js');
      await removeConnection(id);
    });
}

function addPlatforms(program: Command): void {
  program
    .command('platforms')
    .description("show each platform's metrics, day, settling time and API version")
    .addOption(plugin())
    .option('--json', 'print one JSON document')
    .action(async (flags: PlatformsFlags) => {
      const { platformsCommand } = await import('./commands/platforms.js');
      await platformsCommand(flags);
    });
}

function addPrune(program: Command): void {
  program
    .command('prune')
    .description('delete what is older than a platform allows to keep; shows what, unless --yes')
    .requiredOption('--platform <name>', 'the platform')
    .requiredOption('--older-than <age>', 'days, months or years by the calendar: 90d, 12mo, 1y')
    .option('--yes', 'delete')
    .option('--json', 'print one JSON document')
    .action(async (flags: PruneFlags) => {
      const { pruneCommand } = await import('./commands/prune.js');
      await pruneCommand(flags);
    });
}

function addSchedule(program: Command): void {
  const schedule = program.command('schedule').description('print what starts a run at the same times each day');
  const at = (usual: string) =>
    new Option('--at <times>', `when, HH:MM in UTC, several separated by commas (default: ${usual})`).argParser(
      onceOnly,
    );
  const shards = () => new Option('--shards <n>', 'how many share a run (default: 1)');
  schedule
    .command('pg_cron')
    .description('SQL that has a database call the endpoint of serve (pg_cron, pg_net, Supabase Vault)')
    .option('--url <url>', 'the address of serve')
    .addOption(at(DEFAULT_TIMES))
    .option('--remove', 'print what takes it back')
    .action(async (flags: PgCronFlags) => (await loadSchedule()).schedulePgCron(flags));
  schedule
    .command('crontab')
    .description('lines for cron, with the paths of this machine')
    .addOption(at(DEFAULT_TIMES))
    .action(async (flags: ScheduleFlags) => (await loadSchedule()).scheduleCrontab(flags));
  schedule
    .command('github')
    .description('a GitHub Actions workflow')
    .addOption(at(GITHUB_TIMES))
    .addOption(shards())
    .action(async (flags: ShardedFlags) => (await loadSchedule()).scheduleGithub(flags));
  schedule
    .command('systemd')
    .description('a service and its timer, with the paths of this machine')
    .addOption(at(DEFAULT_TIMES))
    .action(async (flags: ScheduleFlags) => (await loadSchedule()).scheduleSystemd(flags));
  schedule
    .command('kubernetes')
    .description('a CronJob')
    .addOption(at(DEFAULT_TIMES))
    .addOption(shards())
    .action(async (flags: ShardedFlags) => (await loadSchedule()).scheduleKubernetes(flags));
}

/** The last of several would else be the only one. */
function onceOnly(times: string, before: string | undefined): string {
  if (before === undefined) return times;
  throw new CollectError('usage', '--at is given twice.', `Give all times at once: --at ${before},${times}.`);
}

function loadSchedule() {
  return import('./commands/schedule.js');
}

function addSchema(program: Command): void {
  program
    .command('schema')
    .description("print the database's schema, safe to run on an existing database")
    .option('--apply', 'apply it to the configured database')
    .action(async (flags: { apply?: boolean }) => {
      const { schemaCommand } = await import('./commands/schema.js');
      await schemaCommand(flags);
    });
}

function addServe(program: Command): void {
  program
    .command('serve')
    .description('collect on schedule, and whenever a protected endpoint is called')
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
    .option('--port <n>', 'the port, 0 for any (default: 8080)')
    .option('--grace <minutes>', 'how late a missed time is made up for at the start (default: 60)')
    .option('--allow-failures <n>', 'report success to HEALTHCHECK_URL when no more connections failed: 5, 2%')
    .option('--allow-empty', 'take a run without any active connection for a success')
    .action(async (flags: ServeFlags) => {
      const { serveCommand } = await import('./commands/serve.js');
      await serveCommand(flags);
    });
}
