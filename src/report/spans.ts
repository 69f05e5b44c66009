import { CollectError } from '../errors.js';
import type { CollectEvent } from './events.js';
import type { Summary } from './summary.js';

/** What a trace contains: no users, accounts, tokens or texts from outside. */
export interface RunTrace {
  readonly run: SpanFacts;
  /** One per phase and per platform: their number does not grow with the number of accounts. */
  readonly parts: readonly SpanFacts[];
}

export interface SpanFacts {
  readonly name: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly hasFailed: boolean;
}

interface SpanEvent {
  readonly name: string;
  readonly at: Date;
  readonly attributes: Attributes;
}

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Events of one span; the SDK keeps 128 by default. */
const MOST_EVENTS = 100;

interface PlatformSpan {
  readonly counts: { succeeded: number; failed: number; skipped: number; nothing_due: number };
  readonly failures: SpanEvent[];
  finishedAt: Date;
}

/** Records a run's events, from now on. */
export function traceRun(now: () => Date = () => new Date()) {
  const startedAt = now();
  let begunAt = startedAt;
  let about: Attributes = {};
  const events: SpanEvent[] = [];
  const phases: SpanFacts[] = [];
  const platforms = new Map<string, PlatformSpan>();

  function note(list: SpanEvent[], name: string, attributes: Attributes): void {
    if (list.length < MOST_EVENTS) list.push({ name, at: now(), attributes });
  }

  function platformOf(name: string): PlatformSpan {
    const counts = { succeeded: 0, failed: 0, skipped: 0, nothing_due: 0 };
    const platform = platforms.get(name) ?? { counts, failures: [], finishedAt: now() };
    platforms.set(name, platform);
    return platform;
  }

  function ended(attributes: Attributes, hasFailed: boolean): RunTrace {
    const ofPlatforms = [...platforms].map(([platform, { counts, failures, finishedAt }]): SpanFacts => {
      const named = Object.entries(counts).map(([result, count]) => [`connections.${result}`, count] as const);
      return {
        name: `platform ${platform}`,
        startedAt: begunAt,
        finishedAt,
        attributes: prefixed({ platform, ...Object.fromEntries(named) }),
        events: failures,
        hasFailed: counts.failed > 0 && counts.succeeded === 0,
      };
    });
    const run = { name: 'collect', startedAt, finishedAt: now(), attributes: { ...about, ...attributes }, events };
    return { run: { ...run, hasFailed }, parts: [...phases, ...ofPlatforms] };
  }

  return {
    onEvent(event: CollectEvent): void {
      switch (event.type) {
        case 'started': {
          begunAt = now();
          const { runId, scope, connections, idle, dryRun } = event;
          // The scope may name a user.
          const kind = scope.split(':')[0] ?? '';
          about = prefixed({ run_id: runId, scope: kind, connections, idle, dry_run: dryRun });
          break;
        }
        case 'connection': {
          const { result, reason } = event.connection;
          const platform = platformOf(event.connection.platform);
          platform.counts[result]++;
          platform.finishedAt = now();
          if (result === 'failed') note(platform.failures, 'connection failed', prefixed({ reason: reason ?? '' }));
          break;
        }
        case 'api':
          note(events, `api ${event.state}`, prefixed({ api: event.api }));
          break;
        case 'waiting':
          note(events, 'waiting for the database', prefixed({ code: event.code }));
          break;
        case 'phase':
          phases.push({
            name: event.phase,
            startedAt: new Date(event.startedAt),
            finishedAt: new Date(event.finishedAt),
            attributes: prefixed({ busy_ms: event.busyMs }),
            events: [],
            hasFailed: false,
          });
          break;
      }
    },
    ended({ status, connections, days, metrics, requests }: Summary): RunTrace {
      const counts = {
        status,
        'connections.succeeded': connections.succeeded,
        'connections.failed': connections.failed,
        'connections.skipped': connections.skipped,
        'days.planned': days.planned,
        'days.failed': days.failed,
        'rows.inserted': metrics.inserted,
        'rows.updated': metrics.updated,
        'requests.total': requests.total,
        'requests.retried': requests.retried,
      };
      return ended(prefixed(counts), status === 'failed');
    },
    crashed(error: unknown): RunTrace {
      return ended({ 'error.type': error instanceof CollectError ? error.code : 'internal' }, true);
    },
  };
}

function prefixed(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`analytics_collect.${name}`, value]));
}
