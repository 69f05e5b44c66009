import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Alerts } from '../alerts/alerts.js';
import type { AllowedFailures } from '../alerts/exit-code.js';
import type { App } from '../app.js';
import { CollectError } from '../errors.js';
import type { OnEvent } from '../report/events.js';
import { count } from '../text.js';
import { boundConnections } from './connections.js';
import { createGuard } from './guard.js';
import { createLive } from './live.js';
import { createPage } from './page/page.js';
import { scheduledRun } from './request.js';
import { createRoutes } from './routes.js';
import { createRunner, errorLine } from './runner.js';
import { createSchedule } from './schedule.js';

/** A request that takes longer to arrive is cut off. */
const REQUEST_MS = 10_000;
const LATE_REQUESTS_EVERY_MS = 1_000;
/** A connection on which nothing moves, because the caller does not read its answer for example, is closed. */
const SILENCE_MS = 120_000;
const MOST_CONNECTIONS = 256;
/** Longer than a proxy keeps an idle connection, so that it does not send a request on one that is being closed. */
const IDLE_MS = 75_000;
/** A little longer than the lease of a killed run lasts. */
const CATCH_UP_AGAIN_MS = 150_000;

export interface ServerOptions {
  readonly app: Pick<App, 'collect' | 'report' | 'store'>;
  /** The names of the platforms that can be collected. */
  readonly platforms: readonly string[];
  readonly secret: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** How late a missed scheduled run is still started. */
  readonly graceMs: number;
  readonly alerts: Alerts;
  readonly allowedFailures: AllowedFailures;
  /** See `CollectOptions`. */
  readonly allowEmpty?: boolean;
  readonly onEvent: OnEvent;
  readonly log: (message: string) => void;
  readonly now?: () => Date;
}

export interface RunningServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** Stops listening, and lets the run in progress finish or stop gracefully. */
  stop(): Promise<void>;
}

/** Listens, and collects on schedule. Throws `CollectError` `address_taken` when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, platforms, secret, graceMs, log, now = () => new Date() } = options;
  const live = createLive(now);
  const runner = createRunner({ ...options, collect: live.watch(app.collect) });
  const schedule = createSchedule(options);
  const guard = createGuard({
    secret,
    now: () => performance.now(),
    onRefused: (requests) => log(`refused ${count(requests, 'request')} with a wrong secret`),
  });
  const page = createPage({ secret, app, live, schedule, guard, now, log });
  const routes = createRoutes({ store: app.store, runner, schedule, platforms, guard, page: page.routes, now, log });
  const server = createServer(
    {
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: LATE_REQUESTS_EVERY_MS,
      keepAliveTimeout: IDLE_MS,
    },
    getRequestListener(routes.fetch),
  );
  server.setTimeout(SILENCE_MS);
  boundConnections(server, MOST_CONNECTIONS);
  const url = await listen(server, options);

  /** Whether a run has started. */
  async function start(trigger: string): Promise<boolean> {
    try {
      await runner.start(scheduledRun(trigger));
      return true;
    } catch (error) {
      log(`no run started by ${trigger}: ${errorLine(error)}`);
      return false;
    }
  }

  const missed = schedule.previous(now());
  let again: NodeJS.Timeout | undefined;
  /**
   * Starts the last scheduled run that was missed while no server was running, which covers earlier ones as well. Tries again later
   * if a killed run still holds the lease or the database is unreachable, until the next scheduled time.
   */
  async function catchUp(): Promise<void> {
    if (missed === null || now().getTime() - missed.getTime() > graceMs) return;
    if (schedule.previous(now())?.getTime() !== missed.getTime()) return;
    const last = await app.store.lastRuns().catch(() => null);
    if (last?.succeededAt && Date.parse(last.succeededAt) >= missed.getTime()) return;
    if (last === null || !(await start('catch-up'))) again = setTimeout(catchUp, CATCH_UP_AGAIN_MS);
  }

  const stopSchedule = schedule.start(() => void start('schedule'));
  void catchUp();
  log(`listening on ${url}, next run at ${schedule.next()?.toISOString() ?? 'no time'}`);
  return {
    url,
    async stop() {
      stopSchedule();
      clearTimeout(again);
      server.close();
      await runner.stop();
      page.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: Server, { host, port }: ServerOptions): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `Cannot listen on ${host}:${port} (${cause.code ?? 'unknown error'}).`;
      reject(new CollectError('address_taken', message, 'Choose another address with --host and --port.', { cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}
