import { once } from 'node:events';
import { createAlerts } from '../../alerts/alerts.js';
import { NO_FAILURES } from '../../alerts/exit-code.js';
import { type App, prepareConfiguredApp } from '../../app.js';
import { MINUTE_MS } from '../../clock.js';
import { cronSecretOf } from '../../config.js';
import { CollectError, type ErrorCode } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import { startServer } from '../../server/server.js';
import type { ServeFlags } from '../options.js';
import { loadPlugins, namesWith } from '../plugins.js';
import { createPlainReporter } from '../render/plain.js';
import { withSettings } from '../settings.js';
import { watchSignals } from '../signals.js';
import { startingText } from '../starting.js';
import { withTraces } from '../traces.js';
import { isUnattended } from '../unattended.js';

/** The default time that Kubernetes waits between SIGTERM and SIGKILL. */
const LONGEST_STOP_MS = 30_000;

const ENGINE_FAILURES: ReadonlySet<ErrorCode> = new Set(['disk_full', 'disk_failed', 'engine_failed', 'lock_lost']);

/** Serves until SIGTERM or Ctrl-C, or until the disk of the embedded database fails. */
export async function serveCommand(flags: ServeFlags): Promise<void> {
  const plugins = await loadPlugins(flags.plugin);
  const { notice: log, onEvent } = createPlainReporter({ stream: process.stderr, verbose: false });
  const runs = { countsForHealthcheck: true, warn: log };
  const { prepared, secret } = await withSettings((environment) => {
    const defaultStore = isUnattended() ? 'connected' : 'create';
    const prepared = prepareConfiguredApp({ environment, ownPlatforms: plugins, defaultStore });
    return { prepared, secret: cronSecretOf(prepared.config, environment) };
  }, runs);
  const { config } = prepared;
  const alerts = createAlerts({ ...config.alerts, warn: log });
  const watch = watchSignals(() => log('stopping: no new requests; send the signal again to quit at once'));
  const starting = startingText(prepared);
  if (starting !== null) log(starting);
  const report = async (error: unknown): Promise<never> => {
    await alerts.ofRun(runs).crashed(error);
    throw error;
  };
  const app = await prepared.open().catch(report);
  const broken = new AbortController();
  try {
    for (const notice of app.notices) log(notice);
    await checkDatabase(app, log).catch(report);
    const collect = await withTraces(app.collect, log);
    const server = await startServer({
      app: { ...app, collect: (...run) => collect(...run).catch((error) => giveUp(error, broken)) },
      platforms: namesWith(plugins),
      secret,
      port: flags.port,
      allowedFailures: flags.allowFailures ?? NO_FAILURES,
      onEvent,
      log,
      allowEmpty: flags.allowEmpty === true,
      cron: config.server.cron,
      timeZone: config.server.timeZone,
      graceMs: flags.grace * MINUTE_MS,
      host: flags.host,
      alerts,
    });
    const end = AbortSignal.any([watch.signal, broken.signal]);
    if (!end.aborted) await once(end, 'abort');
    setTimeout(() => process.exit(broken.signal.aborted ? EXIT.failed : EXIT.done), LONGEST_STOP_MS).unref();
    await server.stop();
    broken.signal.throwIfAborted();
  } finally {
    await app.close();
    watch.end();
  }
  log('stopped');
}

/** An embedded database that has failed is not touched again: whoever starts this command opens it anew. */
function giveUp(error: unknown, broken: AbortController): never {
  if (error instanceof CollectError && ENGINE_FAILURES.has(error.code)) broken.abort(error);
  throw error;
}

/** An unreachable database may come back, so it is only logged. A wrong schema needs human action and ends the command. */
async function checkDatabase({ store }: App, log: (message: string) => void): Promise<void> {
  try {
    await store.check();
  } catch (error) {
    if (!(error instanceof CollectError) || error.exitCode === EXIT.usage) throw error;
    log(`warning: ${error.message} ${error.fix}`);
  }
}
