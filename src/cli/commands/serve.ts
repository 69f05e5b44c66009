import { once } from 'node:events';
import { createAlerts } from '../../alerts/alerts.js';
import { NO_FAILURES } from '../../alerts/exit-code.js';
import { type App, prepareConfiguredApp } from '../../app.js';
import { MINUTE_MS } from '../../clock.js';
import { cronSecretOf } from '../../config.js';
import { CollectError } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import { startServer } from '../../server/server.js';
import type { ServeFlags } from '../options.js';
import { loadPlugins, namesWith } from '../plugins.js';
import { createPlainReporter } from '../render/plain.js';
import { withSettings } from '../settings.js';
import { watchSignals } from '../signals.js';
import { startingText } from '../starting.js';
import { isUnattended } from '../unattended.js';

/** The default time that Kubernetes waits between SIGTERM and SIGKILL. */
const LONGEST_STOP_MS = 30_000;

/** Serves until SIGTERM or Ctrl-C. */
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
  try {
    for (const notice of app.notices) log(notice);
    await checkDatabase(app, log).catch(report);
    const server = await startServer({
      app,
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
    if (!watch.signal.aborted) await once(watch.signal, 'abort');
    setTimeout(() => process.exit(0), LONGEST_STOP_MS).unref();
    await server.stop();
  } finally {
    await app.close();
    watch.end();
  }
  log('stopped');
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
