import { Argument, Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { EXIT } from '../exit-codes.js';
import { connectOptions } from './connect-options.js';
import { doctorOptions } from './doctor-options.js';
import { exportOptions, mcpOptions } from './export-options.js';
import { addExamples, addHelp } from './help.js';
import {
  addOptions,
  backupOptions,
  collectOptions,
  importOptions,
  listOptions,
  platformsOptions,
  primaryOptions,
  pruneOptions,
  removeOptions,
  restoreOptions,
  serveOptions,
  sqlOptions,
} from './options.js';
import { reportOptions } from './report-options.js';
import { crontabOptions, githubOptions, kubernetesOptions, pgCronOptions, systemdOptions } from './schedule-options.js';
import { explainOptions, showOptions } from './show-options.js';
import { statusOptions } from './status-options.js';
import { nameAllMissing } from './usage-errors.js';

/**
 * The commands. Each command's module is loaded only when it runs, so that `--help` responds at once. Throws instead of exiting:
 * `CommanderError` for help, version and wrong usage, `CollectError` from the commands.
 */
export function createProgram(version: string): Command {
  const program = new Command('analytics-collect')
    .description('Collects the finished days of every connected social media account into PostgreSQL.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  collectOptions(program.command('collect')).action(async (flags, command) => {
    if (flags.sandbox === 'late')
      return (await import('./commands/collect-late.js')).collectLate(flags, given(command));
    await (await import('./commands/collect.js')).collectCommand(flags);
  });
  statusOptions(program.command('status')).action(async (flags) =>
    (await import('./commands/status.js')).statusCommand(flags),
  );
  showOptions(program.command('show')).action(async (flags) => (await import('./commands/show.js')).showCommand(flags));
  explainOptions(program.command('explain')).action(async (flags) =>
    (await import('./commands/explain.js')).explainCommand(flags),
  );
  reportOptions(program.command('report')).action(async (flags) =>
    (await import('./commands/report.js')).reportCommand(flags),
  );
  doctorOptions(program.command('doctor')).action(async (flags) =>
    (await import('./commands/doctor.js')).doctorCommand(flags),
  );
  connectOptions(program.command('connect')).action(async (platform, flags) =>
    (await import('./commands/connect.js')).connectCommand(platform, flags),
  );
  addConnections(program);
  platformsOptions(program.command('platforms')).action(async (flags) =>
    (await import('./commands/platforms.js')).platformsCommand(flags),
  );
  exportOptions(program.command('export')).action(async (flags) =>
    (await import('./commands/export.js')).exportCommand(flags),
  );
  pruneOptions(program.command('prune')).action(async (flags) =>
    (await import('./commands/prune.js')).pruneCommand(flags),
  );
  addSchedule(program);
  program
    .command('schema')
    .description('print the database schema, which is safe to run on an existing database')
    .option('--apply', 'apply it to the configured database')
    .option('--partitioned', 'create the tables of snapshots with one partition per month, in a new database')
    .action(async (flags) => (await import('./commands/schema.js')).schemaCommand(flags));
  backupOptions(program.command('backup')).action(async (file) =>
    (await import('./commands/backup.js')).backupCommand(file),
  );
  restoreOptions(program.command('restore')).action(async (file) =>
    (await import('./commands/restore.js')).restoreCommand(file),
  );
  sqlOptions(program.command('sql')).action(async (statement, flags) =>
    (await import('./commands/sql.js')).sqlCommand(statement, flags),
  );
  serveOptions(program.command('serve')).action(async (flags) =>
    (await import('./commands/serve.js')).serveCommand(flags),
  );
  mcpOptions(program.command('mcp')).action(async (flags) => (await import('./commands/mcp.js')).mcpCommand(flags));
  addCompletion(program);
  addHelp(program);
  addExamples(program);
  nameAllMissing(program);
  return program;
}

/** The exit code if a command threw because it has shown its help or the version; null if something is wrong. */
export function helpExitCode(error: unknown): number | null {
  if (!(error instanceof CommanderError)) return null;
  if (error.exitCode === 0) return EXIT.done;
  // The help is shown because no command was given.
  return error.code === 'commander.help' ? EXIT.usage : null;
}

function addConnections(program: Command): void {
  const connections = program
    .command('connections')
    .description('list, add, import and remove connected accounts, and choose the primary one');
  listOptions(connections.command('list')).action(async (flags) => (await loadConnections()).listConnections(flags));
  addOptions(connections.command('add')).action(async (flags) => (await loadConnections()).addConnection(flags));
  importOptions(connections.command('import')).action(async (file, flags) =>
    (await import('./commands/connections-import.js')).importConnectionsCommand(file, flags),
  );
  primaryOptions(connections.command('primary'))
    .argument('<id>', "the connection's id, from connections list")
    .action(async (id, flags) => (await loadConnections()).choosePrimary(id, flags));
  removeOptions(connections.command('remove')).action(async (id, flags) =>
    (await loadConnections()).removeConnection(id, flags),
  );
}

function loadConnections() {
  return import('./commands/connections.js');
}

function addSchedule(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('print a schedule that starts runs at the same times every day');
  pgCronOptions(schedule.command('pg_cron')).action(async (flags) => (await loadSchedule()).schedulePgCron(flags));
  crontabOptions(schedule.command('crontab')).action(async (flags) => (await loadSchedule()).scheduleCrontab(flags));
  githubOptions(schedule.command('github')).action(async (flags) => (await loadSchedule()).scheduleGithub(flags));
  systemdOptions(schedule.command('systemd')).action(async (flags) => (await loadSchedule()).scheduleSystemd(flags));
  kubernetesOptions(schedule.command('kubernetes')).action(async (flags) =>
    (await loadSchedule()).scheduleKubernetes(flags),
  );
}

function loadSchedule() {
  return import('./commands/schedule.js');
}

function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that lets a shell complete commands, flags and values')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => (await import('./commands/completion.js')).completionCommand(shell));
  // Called by the shells' scripts.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words) => (await import('./commands/completion.js')).completeCommand(program, words));
}

/** The options that the caller gave, without those that have their defaults. */
function given(command: CommandUnknownOpts): string[] {
  return Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) === 'cli');
}
