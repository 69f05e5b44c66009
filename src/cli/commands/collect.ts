import { openApp } from '../../app.js';
import { type CollectOptions, DEFAULT_LIMITS, type RunLimits } from '../../collector/collect.js';
import type { CollectEvent, ConnectionReport } from '../../collector/events.js';
import type { Summary } from '../../collector/summary.js';
import { platformNames } from '../../platforms/registry.js';
import { parseInteger, parsePlatforms, parseShard, parseWindow, usageError, utcToday } from '../flags.js';
import { maskToken } from '../github-actions.js';
import { colorsFor } from '../render/colors.js';
import { renderDue } from '../render/due.js';
import { createPlainReporter } from '../render/plain.js';
import { type Reporter, silentReporter } from '../render/reporter.js';
import { renderSummary } from '../render/summary.js';
import { watchSignals } from '../signals.js';

const DEFAULT_CONCURRENCY = 32;
const MINUTE_MS = 60_000;
const MAX_MINUTES = 1440;

export interface CollectFlags {
  readonly user?: string;
  readonly platform?: readonly string[];
  readonly date?: string;
  readonly since?: string;
  readonly until?: string;
  readonly lookback?: string;
  readonly shard?: string;
  readonly concurrency?: string;
  readonly maxRequests?: string;
  readonly maxDuration?: string;
  readonly maxWait?: string;
  readonly refresh?: boolean;
  readonly dryRun?: boolean;
  /** True when given without a value. */
  readonly sandbox?: string | true;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export type CollectRequest = Omit<CollectOptions, 'signal'>;

export async function collectCommand(flags: CollectFlags): Promise<void> {
  const sandbox = parseSandbox(flags.sandbox);
  const request = parseCollectFlags(flags, platformNames, utcToday(new Date()));
  const reporter = await chooseReporter(flags);
  const watch = watchSignals(() => reporter.stopping());
  const connections = new Map<string, ConnectionReport>();

  const onEvent = (event: CollectEvent) => {
    if (event.type === 'connection' && (request.dryRun || event.connection.result === 'failed')) {
      connections.set(event.connection.connectionId, event.connection);
    }
    reporter.onEvent(event);
  };

  try {
    const app = await openApp({
      ...(sandbox !== undefined && { sandbox }),
      ...(process.env.GITHUB_ACTIONS === 'true' && { onToken: (token) => maskToken(token) }),
    });
    try {
      for (const notice of app.notices) reporter.notice(notice);
      const summary = await app.collect({ ...request, signal: watch.signal }, onEvent);
      reporter.end();
      process.stdout.write(render(summary, connections, flags));
      process.exitCode = exitCodeOf(summary.status, watch.exitCode());
    } finally {
      reporter.end();
      await app.close();
    }
  } finally {
    watch.end();
  }
}

/** Turns flags into what a run is asked for. `today` is today's date in UTC. Throws `CollectError` `usage`. */
export function parseCollectFlags(flags: CollectFlags, known: readonly string[], today: string): CollectRequest {
  const platforms = parsePlatforms(flags.platform, known);
  return {
    ...(flags.user !== undefined && { userId: parseUser(flags.user) }),
    ...(platforms !== undefined && { platforms }),
    ...(flags.shard !== undefined && { shard: parseShard(flags.shard) }),
    window: parseWindow(flags, today),
    concurrency:
      flags.concurrency === undefined
        ? DEFAULT_CONCURRENCY
        : parseInteger('--concurrency', flags.concurrency, { min: 1, max: 1000 }),
    refresh: flags.refresh === true,
    dryRun: flags.dryRun === true,
    limits: parseLimits(flags),
    trigger: flags.sandbox === undefined ? 'cli' : 'sandbox',
  };
}

function parseLimits({ maxRequests, maxDuration, maxWait }: CollectFlags): RunLimits {
  const minutes = (flag: string, text: string, min: number) =>
    parseInteger(flag, text, { min, max: MAX_MINUTES }) * MINUTE_MS;
  return {
    ...DEFAULT_LIMITS,
    ...(maxRequests && { maxRequests: parseInteger('--max-requests', maxRequests, { min: 1, max: 100_000_000 }) }),
    ...(maxDuration && { maxDurationMs: minutes('--max-duration', maxDuration, 1) }),
    ...(maxWait && { maxWaitMs: minutes('--max-wait', maxWait, 0) }),
  };
}

export function parseSandbox(value: CollectFlags['sandbox']): 'healthy' | 'faulty' | undefined {
  if (value === true) return 'healthy';
  if (value === undefined || value === 'healthy' || value === 'faulty') return value;
  throw usageError(
    `--sandbox ${JSON.stringify(value)} is neither healthy nor faulty.`,
    'For example --sandbox faulty.',
  );
}

export function exitCodeOf(status: Summary['status'], interruptedBy: number | null): number {
  switch (status) {
    case 'completed':
      return 0;
    case 'partial':
      return 3;
    case 'failed':
      return 1;
    case 'interrupted':
      return interruptedBy ?? 130;
  }
}

function parseUser(user: string): string {
  if (user.trim() !== '') return user;
  throw usageError('--user is empty.', 'Leave it out to collect all users.');
}

function render(summary: Summary, connections: ReadonlyMap<string, ConnectionReport>, flags: CollectFlags): string {
  if (flags.json) return `${JSON.stringify(summary, null, 2)}\n`;
  if (flags.quiet && summary.status === 'completed') return '';
  if (summary.dry_run) return renderDue(summary, connections.values());
  return renderSummary(summary, {
    colors: colorsFor(process.stdout),
    sandbox: flags.sandbox !== undefined,
    connections,
  });
}

async function chooseReporter({ quiet, verbose = false }: CollectFlags): Promise<Reporter> {
  const stream = process.stderr;
  if (quiet) return silentReporter;
  if (!isAnimatable(stream)) return createPlainReporter({ stream, verbose });
  const { createTerminalReporter } = await import('../render/terminal.js');
  return createTerminalReporter({ stream, colors: colorsFor(stream), verbose });
}

/** A terminal that says it is 0 columns wide, as some containers' do, would have ora clear lines for ever. */
function isAnimatable(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.columns > 0 && process.env.TERM !== 'dumb' && !process.env.CI;
}
