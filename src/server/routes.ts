import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { CollectError, LeaseHeld } from '../errors.js';
import { METRICS_TYPE } from '../report/prometheus.js';
import type { RunRow, Store } from '../store/store.js';
import { formatNumber } from '../text.js';
import type { Guard } from './guard.js';
import { createMetrics } from './metrics.js';
import type { Page } from './page/page.js';
import { INTERNAL, METRICS_PATH, OLDER_TRIGGER_PATH, PAGE_PATHS, TRIGGER_PATH } from './paths.js';
import { parseTrigger } from './request.js';
import { errorLine, type Runner } from './runner.js';
import type { Schedule } from './schedule.js';
import { shared } from './shared.js';

const LARGEST_BODY_BYTES = 16_384;
/** The database is asked at most once in this time, however many requests come. */
const ANSWER_LASTS_MS = 1_000;
const READY_WITHIN_MS = 5_000;

export interface Parts {
  readonly store: Pick<Store, 'check' | 'lastRuns' | 'readRun'>;
  readonly runner: Pick<Runner, 'start'>;
  readonly schedule: Pick<Schedule, 'next' | 'trigger'>;
  /** The names of the platforms that can be collected. */
  readonly platforms: readonly string[];
  readonly guard: Guard;
  readonly page: Page['routes'];
  readonly now: () => Date;
  readonly log: (message: string) => void;
}

/** The page and the endpoints. Every answer of the latter but the metrics is JSON, without internal details, which go to the log. */
export function createRoutes({ store, runner, schedule, platforms, guard, page, now, log }: Parts): Hono {
  const lastRuns = shared(ANSWER_LASTS_MS, () => store.lastRuns());
  const metrics = createMetrics(lastRuns, now);
  const ready = shared(ANSWER_LASTS_MS, () => within(READY_WITHIN_MS, store.check()));
  const routes = new Hono();

  routes.get('/healthz', (c) => c.json({ status: 'ok' }));
  routes.get('/readyz', async (c) => {
    const isReady = await ready().then(
      () => true,
      () => false,
    );
    return isReady ? c.json({ status: 'ready' }) : c.json({ status: 'unavailable' }, 503);
  });

  routes.on('ALL', ['/api/internal/*', METRICS_PATH], async (c, next) => {
    const address = getConnInfo(c).remote.address ?? 'unknown';
    const verdict = guard.judge(address, secretOf(c));
    switch (verdict.kind) {
      case 'welcome':
        return next();
      case 'wrong':
        return problem(c, 401, 'unauthorized', 'The header X-Cron-Secret is missing or wrong.');
      case 'too_many':
        c.header('Retry-After', String(verdict.retryAfterSeconds));
        return problem(c, 429, 'too_many_attempts', 'Too many requests with a wrong secret came from this address.');
    }
  });

  routes.get(`${INTERNAL}/scheduler-status`, async (c) => {
    const job = { id: 'daily_analytics_collection', name: 'Daily Analytics Collection' };
    const next = schedule.next();
    const jobs = [{ ...job, next_run: next && offsetTime(next), trigger: schedule.trigger }];
    const { run } = await lastRuns();
    const data = { status: 'running', jobs, last_run: run && runJson(run) };
    return c.json({ success: true, data });
  });

  routes.on(
    'POST',
    [TRIGGER_PATH, OLDER_TRIGGER_PATH],
    bodyLimit({
      maxSize: LARGEST_BODY_BYTES,
      onError: (c) =>
        problem(c, 413, 'too_large', `The body is larger than ${formatNumber(LARGEST_BODY_BYTES)} bytes.`),
    }),
    async (c) => {
      const parsed = parseTrigger(await c.req.text(), now().toISOString().slice(0, 10), platforms);
      if (!parsed.ok) {
        const message = parsed.field === null ? parsed.problem : `${parsed.field} ${parsed.problem}`;
        return problem(c, 400, 'invalid_request', message, { field: parsed.field });
      }
      const triggeredAt = offsetTime(now());
      const runId = await runner.start(parsed.request);
      const message = 'Analytics collection job started in background';
      return c.json({ success: true, message, triggered_at: triggeredAt, run_id: runId }, 202);
    },
  );

  routes.get(`${INTERNAL}/runs/:id`, async (c) => {
    const id = z.guid().safeParse(c.req.param('id'));
    const run = id.success ? await store.readRun(id.data) : null;
    if (run === null) return problem(c, 404, 'not_found', 'There is no such run.');
    return c.json({ success: true, data: runJson(run) });
  });

  routes.get(METRICS_PATH, async (c) => c.text(await metrics(), 200, { 'Content-Type': METRICS_TYPE }));

  allowOnly(routes, 'GET, HEAD', [
    '/healthz',
    '/readyz',
    METRICS_PATH,
    `${INTERNAL}/scheduler-status`,
    `${INTERNAL}/runs/:id`,
  ]);
  allowOnly(routes, 'POST', [TRIGGER_PATH, OLDER_TRIGGER_PATH]);
  routes.route('/', page);
  for (const [path, methods] of Object.entries(PAGE_PATHS)) allowOnly(routes, methods, [path]);
  routes.notFound((c) => problem(c, 404, 'not_found', 'There is no such endpoint.'));
  routes.onError((error, c) => {
    if (error instanceof LeaseHeld) {
      return problem(c, 409, 'already_running', 'A run is already in progress.', { run_id: error.runId });
    }
    log(`${c.req.method} ${c.req.path} failed: ${errorLine(error)}`);
    if (error instanceof CollectError && error.code === 'usage') {
      return problem(c, 400, 'invalid_request', 'user has no connections', { field: 'user' });
    }
    if (error instanceof CollectError) {
      return problem(
        c,
        503,
        'unavailable',
        'The run could not be started, or the database could not be read. See the log of the server.',
      );
    }
    return problem(c, 500, 'internal', 'Unexpected error. See the log of the server.');
  });
  return routes;
}

/** `Authorization` too, because old versions of Prometheus cannot send other headers. */
function secretOf(c: Context): string | undefined {
  return c.req.header('x-cron-secret') ?? /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

function allowOnly(routes: Hono, methods: string, paths: readonly string[]): void {
  for (const path of paths) {
    routes.all(path, (c) => {
      c.header('Allow', methods);
      return problem(c, 405, 'method_not_allowed', `Only ${methods} is allowed here.`);
    });
  }
}

function problem(c: Context, status: ContentfulStatusCode, code: string, message: string, more: object = {}) {
  return c.json({ success: false, error: { code, message }, ...more }, status);
}

function runJson(run: RunRow) {
  return {
    run_id: run.runId,
    scope: run.scope,
    trigger: run.trigger,
    status: run.status,
    started_at: offsetTime(new Date(run.startedAt)),
    finished_at: run.finishedAt && offsetTime(new Date(run.finishedAt)),
    summary: run.summary,
  };
}

/** `2025-12-20T02:00:00+00:00`, in Python's format. */
function offsetTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}+00:00`;
}

function within(ms: number, promise: Promise<void>): Promise<void> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => setTimeout(reject, ms, new Error('no answer in time')).unref()),
  ]);
}
