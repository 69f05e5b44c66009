import { once } from 'node:events';
import { createAlerts } from '../../alerts/alerts.js';
import { type App, openApp } from '../../app.js';
import { MINUTE_MS } from '../../clock.js';
import { cronSecretOf, loadConfig, readEnvironment } from '../../config.js';
import { CollectError } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import { startServer } from '../../server/server.js';
import { parseAllowedFailures } from '../allowed-failures.js';
import { parseInteger } from '../flags.js';
import { createPlainReporter } from '../render/plain.js';
import { watchSignals } from '../signals.js';
import { isUnattended } from '../unattended.js';

/** As long as Kubernetes waits before it kills. */
const LONGEST_STOP_MS = 30_000;

export interface ServeFlags {
  readonly host?: string;
  readonly port?: string;
  readonly grace?: string;
  readonly allowFailures?: string;
  readonly allowEmpty?: boolean;
}

/** Serves until SIGTERM or Ctrl-C. */
export async function serveCommand(flags: ServeFlags): Promise<void> {
  const port = parseInteger('--port', flags.port ?? '8080', { min: 0, max: 65_535 });
  const grace = parseInteger('--grace', flags.grace ?? '60', { min: 0, max: 1440 });
  const allowedFailures = parseAllowedFailures(flags.allowFailures);
  const environment = readEnvironment();
  const config = loadConfig(environment);
  const secret = cronSecretOf(config, environment);
  const { notice: log, onEvent } = createPlainReporter({ stream: process.stderr, verbose: false });
  const watch = watchSignals(() => log('stopping: no new requests; once more to quit at once'));
  const app = await openApp({ defaultStore: isUnattended() ? 'connected' : 'create' });
  try {
    for (const notice of app.notices) log(notice);
    await checkDatabase(app, log);
    const server = await startServer({
      app,
      secret,
      port,
      allowedFailures,
      onEvent,
      log,
      allowEmpty: flags.allowEmpty === true,
      cron: config.server.cron,
      timeZone: config.server.timeZone,
      graceMs: grace * MINUTE_MS,
      host: flags.host ?? '127.0.0.1',
      alerts: createAlerts({ ...config.alerts, warn: log }),
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

/** A database that is away may come back; one with the wrong schema needs a person, and now. */
async function checkDatabase({ store }: App, log: (message: string) => void): Promise<void> {
  try {
    await store.check();
  } catch (error) {
    if (!(error instanceof CollectError) || error.exitCode === EXIT.usage) throw error;
    log(`warning: ${error.message} ${error.fix}`);
  }
}
