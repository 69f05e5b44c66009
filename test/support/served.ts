import { createAlerts } from '../../src/alerts/alerts.js';
import { NO_FAILURES } from '../../src/alerts/exit-code.js';
import { platformNames } from '../../src/platforms/registry.js';
import { readReport } from '../../src/report/page/read.js';
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/server.js';
import type { World } from './world.js';

export const SECRET = 'the-secret-of-the-tests';

export type ServedOptions = Partial<Omit<ServerOptions, 'app'>> & { readonly app?: Partial<ServerOptions['app']> };

/** A server over a world, which starts no run by itself. */
export async function served(
  world: World,
  { app, ...options }: ServedOptions = {},
): Promise<{ server: RunningServer; log: string[] }> {
  const log: string[] = [];
  const server = await startServer({
    app: {
      store: world.store,
      collect: (given, onEvent) => world.collect({ ...given, concurrency: 1 }, onEvent),
      report: (request) => readReport(world, request, new Date()),
      ...app,
    },
    platforms: platformNames,
    secret: SECRET,
    cron: '0 2,9 * * *',
    timeZone: 'UTC',
    host: '127.0.0.1',
    port: 0,
    graceMs: 0,
    alerts: createAlerts({ webhookUrl: null, details: false, healthcheckUrl: null, warn: () => undefined }),
    allowedFailures: NO_FAILURES,
    onEvent: () => undefined,
    log: (line) => void log.push(line),
    ...options,
  });
  return { server, log };
}
