import { createAlerts, type RunAlerts, silentAlerts } from '../../alerts/alerts.js';
import { exitCodeOf, NO_FAILURES } from '../../alerts/exit-code.js';
import { type App, type PreparedApp, prepareApp } from '../../app.js';
import { MINUTE_MS } from '../../clock.js';
import { type CollectOptions, isOfEverything } from '../../collector/options.js';
import { databaseUrlOf } from '../../config.js';
import { noJobs } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import type { CollectEvent, ConnectionReport, SharedEvent } from '../../report/events.js';
import { MOST_FAILURES } from '../../report/parts.js';
import type { Summary } from '../../report/summary.js';
import { parsePlatforms, parseRates, parseSelection, parseWindow, usageError, utcToday } from '../flags.js';
import { runsInGithubActions } from '../github-actions.js';
import { jsonLog } from '../json-log.js';
import type { CollectFlags } from '../options.js';
import { loadPlugins, namesWith, pluginFlags } from '../plugins.js';
import { colorsFor } from '../render/colors.js';
import { createPlainReporter } from '../render/plain.js';
import { isAnimatable, openingReporter, type Reporter, silentReporter } from '../render/reporter.js';
import { jsonDocument, widthOf } from '../render/text.js';
import { parseSandbox } from '../sandbox-flags.js';
import { type ReportedRun, withSettings } from '../settings.js';
import { watchSignals } from '../signals.js';
import { startingText } from '../starting.js';
import { isUnattended } from '../unattended.js';

/** Of runs over up to this many users, the summary suggests `show` for one of them. */
const FEW_USERS = 3;

export type CollectRequest = Omit<CollectOptions, 'signal'>;

export async function collectCommand(flags: CollectFlags): Promise<void> {
  if (flags.alertTest) return (await import('./alert-test.js')).testAlert();
  const sandbox = parseSandbox(flags);
  const plugins = await loadPlugins(flags.plugin);
  const request = parseCollectFlags(flags, namesWith(plugins), utcToday(new Date()));
  let reporter = await chooseReporter(flags);
  const warn = warnerOf(flags, (message) => reporter.onEvent({ type: 'warning', message }));
  const told = { warn, countsForHealthcheck: isOfEverything(request) };
  const options = {
    defaultStore: isUnattended() ? 'connected' : 'create',
    ownPlatforms: plugins,
    ...sandbox,
    ...(request.platforms !== undefined && { sandboxPlatforms: request.platforms }),
  } as const;
  const prepared =
    flags.sandbox === undefined
      ? await withSettings((environment) => prepareApp({ ...options, environment }), request.dryRun ? null : told)
      : prepareApp(options);
  const alerts = openAlerts(request, prepared, told);
  const watch = watchSignals(() => reporter.stopping());
  const connections = new Map<string, ConnectionReport>();
  let inAll = 0;
  let succeeded: string | null = null;
  let shared = 'joined' as SharedEvent['state'];

  // Of those that fail, the summary has the first ones.
  const isShown = ({ result }: ConnectionReport) =>
    request.dryRun || (result === 'failed' && connections.size < MOST_FAILURES);
  const onEvent = (event: CollectEvent) => {
    if (event.type === 'connection' && isShown(event.connection)) {
      connections.set(event.connection.connectionId, event.connection);
    }
    if (event.type === 'connection' && event.connection.result === 'succeeded') succeeded ??= event.connection.userId;
    if (event.type === 'started') inAll = event.connections;
    if (event.type === 'shared') {
      shared = event.state;
      reporter.notice(sharedNotice(event));
    }
    reporter.onEvent(event);
    alerts.onEvent(event);
  };

  async function run(): Promise<Summary> {
    if (request.distributed && prepared.config !== null && databaseUrlOf(prepared.config.store) === null)
      throw noJobs();
    const starting = startingText(prepared);
    if (starting !== null && !flags.json) reporter.notice(starting);
    // What animates takes long to load.
    if (reporter === openingReporter) reporter = await loadTerminalReporter(flags);
    const app = await prepared.open();
    try {
      const collect = await observed(app.collect, flags.metricsFile, told);
      for (const notice of app.notices) reporter.notice(notice);
      const summary = await collect({ ...request, signal: watch.signal }, onEvent);
      reporter.end();
      jsonLog()?.summary(summary);
      process.stdout.write(await render(summary, connections, { inAll, succeeded, platforms: app.platforms }, flags));
      if (runsInGithubActions()) {
        const { reportToGithub } = await import('../github-report.js');
        await reportToGithub(summary, connections);
      }
      return summary;
    } finally {
      reporter.end();
      await app.close();
    }
  }

  // The interruption itself must not cancel the alert about it; a later Ctrl-C does. When one process of a shared run has ended, a
  // scheduler may stop the one that is still alerting.
  const givingUp = () => (watch.signal.aborted || request.distributed ? undefined : watch.signal);
  try {
    const summary = await run();
    process.exitCode =
      shared === 'late' ? EXIT.done : exitCodeOf(summary, flags.allowFailures ?? NO_FAILURES, watch.exitCode());
    // A run that processes share is reported by the one that ended it.
    if (shared === 'joined') await alerts.ended(summary, process.exitCode, givingUp());
  } catch (error) {
    await alerts.crashed(error, givingUp());
    throw error;
  } finally {
    watch.end();
  }
}

/** Warns even with `--quiet`. */
function warnerOf(flags: CollectFlags, tell: (message: string) => void): (message: string) => void {
  const log = jsonLog();
  if (log !== null) return (message) => log.event('warning', { message });
  if (flags.quiet) return (message) => process.stderr.write(`warning: ${message}\n`);
  return tell;
}

function sharedNotice({ state, runId }: SharedEvent): string {
  switch (state) {
    case 'joined':
      return `Joined run ${runId}, which another process began.`;
    case 'left':
      return `Left run ${runId}; others go on with it. What follows is what this process did. collect --distributed joins the run again.`;
    case 'ended':
      return `Another process ended run ${runId}.`;
    case 'late':
      return `Nothing to do: run ${runId} ended less than ten minutes ago. What follows is its summary. To collect again now, leave out --distributed.`;
  }
}

function openAlerts(request: CollectRequest, { config }: PreparedApp, told: ReportedRun): RunAlerts {
  return request.dryRun || config === null ? silentAlerts : createAlerts({ ...config.alerts, ...told }).ofRun(told);
}

/** Turns flags into the options of a run. `today` is today's date in UTC. Throws `CollectError` `usage`. */
export function parseCollectFlags(flags: CollectFlags, known: readonly string[], today: string): CollectRequest {
  const platforms = parsePlatforms(flags.platform, known);
  return {
    selection: parseSelection(flags),
    ...(platforms !== undefined && { platforms }),
    window: parseWindow(flags, today),
    concurrency: flags.concurrency,
    backlog: flags.backlog,
    refresh: flags.refresh === true,
    adopt: flags.adopt === true,
    allowEmpty: flags.allowEmpty === true,
    ...(parseDistributed(flags) && { distributed: true }),
    dryRun: flags.dryRun === true,
    limits: {
      ...(flags.maxRequests !== undefined && { maxRequests: flags.maxRequests }),
      maxDurationMs: flags.maxDuration * MINUTE_MS,
      maxWaitMs: flags.maxWait * MINUTE_MS,
    },
    ...(flags.rate !== undefined && { rates: parseRates(flags.rate, known) }),
    trigger: flags.sandbox === undefined ? 'cli' : 'sandbox',
  };
}

function parseDistributed({ distributed, shard, sandbox }: CollectFlags): boolean {
  if (distributed && shard !== undefined) {
    throw usageError('--distributed cannot be combined with --shard.', 'Use only one of them.');
  }
  if (distributed && sandbox !== undefined) {
    throw usageError(
      '--distributed cannot be combined with --sandbox.',
      'A sandbox has one process: leave out --distributed.',
    );
  }
  return distributed === true;
}

/** Adds the metrics file and the trace, if they are configured. */
async function observed(
  collect: App['collect'],
  metricsFile: string | undefined,
  { warn, countsForHealthcheck: isFull }: ReportedRun,
): Promise<App['collect']> {
  const { withTraces } = await import('../traces.js');
  if (metricsFile === undefined) return withTraces(collect, warn);
  const { withMetricsFile } = await import('../metrics-file.js');
  return withTraces(await withMetricsFile(collect, { path: metricsFile, isFull, warn }), warn);
}

// Loaded at the end, so that the first line appears sooner.
async function render(
  summary: Summary,
  connections: ReadonlyMap<string, ConnectionReport>,
  {
    inAll,
    succeeded,
    platforms,
  }: { readonly inAll: number; readonly succeeded: string | null; readonly platforms: App['platforms'] },
  flags: CollectFlags,
): Promise<string> {
  if (flags.json) return jsonDocument(summary);
  if (flags.quiet && summary.status === 'completed') return '';
  if (summary.dry_run) return (await import('../render/due.js')).renderDue(summary, connections.values());
  const isForReader = process.stdout.isTTY && (flags.keep || summary.users.total <= FEW_USERS);
  const { renderSummary } = await import('../render/summary.js');
  const text = renderSummary(summary, {
    shownUser: isForReader ? succeeded : null,
    colors: colorsFor(process.stdout),
    sandbox: flags.sandbox === undefined ? null : flags.keep ? 'kept' : 'gone',
    connections,
    inAll,
    plugins: pluginFlags(flags.plugin),
    platforms,
  });
  const { wrapLines } = await import('../render/wrap.js');
  return wrapLines(text, widthOf(process.stdout));
}

async function chooseReporter(flags: CollectFlags): Promise<Reporter> {
  const stream = process.stderr;
  const verbose = flags.verbose === true;
  const log = jsonLog();
  if (log !== null) return (await import('../render/json.js')).createJsonReporter({ log, verbose });
  if (flags.quiet) return silentReporter;
  if (isAnimatable(stream)) return openingReporter;
  const reporter = createPlainReporter({ stream, verbose });
  if (!runsInGithubActions()) return reporter;
  return (await import('../render/grouped.js')).groupedReporter(reporter, stream);
}

async function loadTerminalReporter(flags: CollectFlags): Promise<Reporter> {
  const stream = process.stderr;
  const { createTerminalReporter } = await import('../render/terminal.js');
  return createTerminalReporter({ stream, colors: colorsFor(stream), verbose: flags.verbose === true });
}
