import { CONNECT, connectCommand } from '../../collector/connections.js';
import { isSkipReason } from '../../errors.js';
import type { Platform } from '../../platforms/contract.js';
import type { ConnectionReport } from '../../report/events.js';
import type { Failure, Summary } from '../../report/summary.js';
import { OUTCOME_STATES } from '../../store/accounts.js';
import { count, formatNumber, shorten } from '../../text.js';
import type { Colors } from './colors.js';
import { formatTable } from './table.js';
import { cleanText, formatAccount, formatDuration, formatRange } from './text.js';

export const MAX_LINES = 50;
export const PLATFORM_COLUMNS = ['platform', 'connections', 'ok', 'failed', 'skipped', 'metrics'];
/** Characters of a failure's message that are shown; `--json` has all of it. */
const MAX_MESSAGE = 200;
/** Up to this many connections with the same failure get one line each. */
const MOST_ALIKE = 5;

export interface SummaryContext {
  readonly colors: Colors;
  /** Whether the sandbox's database is gone with the run; null outside the sandbox. */
  readonly sandbox: 'gone' | 'kept' | null;
  /** The connections reported during the run, by id: the summary itself has no names of accounts. */
  readonly connections: ReadonlyMap<string, ConnectionReport>;
  /** How many connections there are, those among them that an interrupted run did not reach. */
  readonly inAll: number;
  /** The flags that load the same plugins again. */
  readonly plugins: string;
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'name' | 'consent'>>;
  /** The user for whom `show` is suggested: on a terminal, if the run has few users. */
  readonly shownUser: string | null;
}

/** A run's summary for people. */
export function renderSummary(summary: Summary, context: SummaryContext): string {
  const blocks = [
    [heading(summary, context.colors), ...totals(summary, context.inAll)],
    platformTable(summary),
    reasonLines(summary),
    failureLines(summary, context),
    nextSteps(summary, context),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading({ status, dates, duration_ms }: Summary, colors: Colors): string {
  const nothing = status === 'interrupted' ? 'before any day was done' : 'nothing was due';
  const what = dates === null ? nothing : formatRange(dates.since, dates.until);
  const line = `${status}: ${what}, in ${formatDuration(duration_ms)}`;
  return colors.bold(status === 'completed' ? colors.green(line) : colors.yellow(line));
}

export function totals(
  { users, connections, days, lost, backlog, metrics, requests }: Summary,
  inAll: number = connections.total,
): string[] {
  const notReached = inAll > connections.total ? `, ${formatNumber(inAll - connections.total)} not reached` : '';
  const states = ([...OUTCOME_STATES, 'not_reached'] as const)
    .filter((state) => days[state] > 0)
    .map((state) => `${formatNumber(days[state])} ${state.replace('_', ' ')}`);
  return [
    `  users        ${okOf(users.succeeded, users.total)}`,
    `  connections  ${okOf(connections.succeeded, Math.max(inAll, connections.total))}${others(connections)}${notReached}`,
    `  days         ${formatNumber(days.planned)} due${states.length > 0 ? `: ${states.join(', ')}` : ''}`,
    ...(backlog > 0 ? [`  backlog      ${count(backlog, 'older day')} left for the next runs`] : []),
    ...(lost > 0 ? [`  lost         ${count(lost, 'day')} that can no longer be collected`] : []),
    `  metrics      ${formatNumber(metrics.inserted)} inserted, ${formatNumber(metrics.updated)} updated, ${formatNumber(metrics.unchanged)} unchanged${metrics.foreign > 0 ? `, ${formatNumber(metrics.foreign)} foreign` : ''}`,
    `  requests     ${formatNumber(requests.total)} (${formatNumber(requests.retried)} retried)`,
  ];
}

function okOf(succeeded: number, total: number): string {
  return `${formatNumber(succeeded)} of ${formatNumber(total)} ok`;
}

function others({ failed, skipped }: { readonly failed: number; readonly skipped: number }): string {
  return `${failed > 0 ? `, ${formatNumber(failed)} failed` : ''}${skipped > 0 ? `, ${formatNumber(skipped)} skipped` : ''}`;
}

function platformTable(summary: Summary): string[] {
  const rows = platformRows(summary);
  if (rows.length === 0) return [];
  const columns = PLATFORM_COLUMNS.map((title, index) =>
    index === 0 ? { title } : { title, align: 'right' as const },
  );
  return indent(formatTable(columns, rows));
}

/** How many accounts failed or were skipped, by platform and reason. */
function reasonLines({ platforms }: Summary): string[] {
  const reasons = Object.entries(platforms).flatMap(([platform, { reasons }]) =>
    Object.entries(reasons).map(([reason, accounts]) => ({ platform, reason, accounts })),
  );
  const line = (title: string, found: typeof reasons) =>
    found.length === 0
      ? []
      : [
          `  ${title}: ${found.map(({ platform, reason, accounts }) => `${formatNumber(accounts)} ${cleanText(platform)} ${reason}`).join(', ')}`,
        ];
  return [
    ...line(
      'failed',
      reasons.filter(({ reason }) => !isSkipReason(reason)),
    ),
    ...line(
      'skipped',
      reasons.filter(({ reason }) => isSkipReason(reason)),
    ),
  ];
}

export function platformRows({ platforms }: Summary): string[][] {
  return Object.entries(platforms)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { connections, succeeded, failed, skipped, metrics }]) => [
      cleanText(name),
      ...[connections, succeeded, failed, skipped, metrics].map(formatNumber),
    ]);
}

function failureLines({ failures, failures_omitted, connections }: Summary, context: SummaryContext): string[] {
  const alike = alikeFailures(failures);
  if (alike.length === 0) return [];
  const shown = alike.slice(0, MAX_LINES);
  const more = connections.failed - shown.reduce((sum, same) => sum + same.length, 0);
  const where = failures_omitted > 0 ? 'analytics-collect status counts them by reason' : '--json lists all';
  return [
    context.colors.red(`${count(connections.failed, 'connection')} failed:`),
    ...indent(shown.map((same) => describeAlike(same, context.connections))),
    ...(more > 0 ? [`  … and ${formatNumber(more)} more: ${where}`] : []),
  ];
}

/** Many connections with the same failure message share one problem of the platform, and get one line. */
function alikeFailures(failures: readonly Failure[]): Failure[][] {
  const alike = new Map<string, Failure[]>();
  for (const failure of failures) {
    const key = JSON.stringify([failure.platform, failure.reason, failure.message]);
    const same = alike.get(key);
    if (same === undefined) alike.set(key, [failure]);
    else same.push(failure);
  }
  return [...alike.values()].flatMap((same) => (same.length > MOST_ALIKE ? [same] : same.map((failure) => [failure])));
}

function describeAlike(failures: readonly Failure[], connections: SummaryContext['connections']): string {
  const [first] = failures;
  if (first === undefined) return '';
  if (failures.length === 1) return describeFailure(first, connections.get(first.connection_id));
  const days = count(
    failures.reduce((sum, failure) => sum + failure.days, 0),
    'day',
  );
  return cleanText(
    `${count(failures.length, `${first.platform} connection`)}: ${first.reason}: ${shorten(first.message, MAX_MESSAGE)} (${days})`,
  );
}

/** A failure in one line: `instagram 178… (Name) of user U: reason: message (days)`. */
export function describeFailure(failure: Failure, connection: ConnectionReport | undefined): string {
  const account = formatAccount({
    accountId: failure.account_id,
    accountName: connection?.accountName ?? null,
    connectionId: failure.connection_id,
  });
  return cleanText(
    `${failure.platform} ${account} of user ${failure.user_id}: ${failure.reason}: ${shorten(failure.message, MAX_MESSAGE)} (${formatFailedDays(failure)})`,
  );
}

/** `2026-11-21`, or `3 days: 2026-11-15 to 2026-11-21`. */
export function formatFailedDays({ days, since, until }: Failure): string {
  return days === 1 ? since : `${count(days, 'day')}: ${formatRange(since, until)}`;
}

function nextSteps(summary: Summary, { sandbox, plugins, platforms, shownUser }: SummaryContext): string[] {
  if (summary.status === 'interrupted' && sandbox !== 'gone')
    return ['Next: run the same command again; it continues where this run stopped.'];
  const reasons = summary.failures.length > 0 ? ['What each reason means: docs/troubleshooting.md'] : [];
  if (sandbox !== null) {
    const reading =
      sandbox === 'kept'
        ? [
            'Next, see what was collected: analytics-collect status --sandbox',
            ...(shownUser === null ? [] : [`Or: ${showCommand(shownUser)} --sandbox`]),
          ]
        : [];
    return [...reasons, ...reading, 'Next, connect your own accounts:', `  ${CONNECT}`];
  }
  if (summary.connections.total === 0) {
    return ['There are no active connections. Connect an account:', `  ${CONNECT}`];
  }
  const dead = summary.failures.find(({ reason }) => reason === 'needs_reconnect');
  const renewal = dead === undefined ? [] : [`Connect again: ${reconnectCommand(dead, platforms)}${plugins}`];
  const next = shownUser === null ? 'analytics-collect status' : showCommand(shownUser);
  return [...reasons, ...renewal, ...backfillLines(summary, plugins), `Next: ${next}${plugins}`];
}

function showCommand(userId: string): string {
  return `analytics-collect show --user ${flagValue(userId)}`;
}

/** How far back accounts that were collected for the first time can be collected. */
function backfillLines({ backfill, scope }: Summary, plugins: string): string[] {
  const whom = scope.startsWith('user:') ? ` --user ${flagValue(scope.slice('user:'.length))}` : '';
  return Object.entries(backfill).map(
    ([platform, { accounts, since }]) =>
      `${count(accounts, `new ${platform} account`)} can be collected back to ${since}: analytics-collect collect${whom} --platform ${platform} --since ${since}${plugins}`,
  );
}

function reconnectCommand({ user_id, platform: name, account_id }: Failure, platforms: SummaryContext['platforms']) {
  const flags = { user: flagValue(user_id), account: flagValue(account_id ?? '') };
  return connectCommand(platforms.get(name) ?? { name: flagValue(name) }, flags);
}

/** A value that a shell takes as it is; another one is left to the reader. */
function flagValue(value: string): string {
  return /^[\w.@:-]+$/.test(value) ? value : 'ID';
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
