import type { ConnectionReport } from '../../collector/events.js';
import type { Failure, Summary } from '../../collector/summary.js';
import { SKIP_REASONS } from '../../errors.js';
import { OUTCOME_STATES } from '../../store/accounts.js';
import type { Colors } from './colors.js';
import {
  cleanText,
  count,
  formatAccount,
  formatDates,
  formatDuration,
  formatNumber,
  formatRange,
  formatTable,
  shorten,
} from './text.js';

export const MAX_LINES = 50;
export const PLATFORM_COLUMNS = ['platform', 'connections', 'ok', 'failed', 'skipped', 'metrics'];
/** Characters of a failure's message that are shown; `--json` has all of it. */
const MAX_MESSAGE = 200;
/** Up to so many connections with the same failure get a line each. */
const MOST_ALIKE = 5;

export interface SummaryContext {
  readonly colors: Colors;
  readonly sandbox: boolean;
  /** What was told of connections in the course of the run, by id: the summary itself names no accounts. */
  readonly connections: ReadonlyMap<string, ConnectionReport>;
}

/** Days of one connection that failed for the same reason. */
export interface FailureGroup extends Omit<Failure, 'day'> {
  readonly days: string[];
}

/** A run's summary for people. */
export function renderSummary(summary: Summary, context: SummaryContext): string {
  const blocks = [
    [heading(summary, context.colors), ...totals(summary)],
    platformTable(summary),
    skippedLines(summary),
    failureLines(summary, context),
    nextSteps(summary, context),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading({ status, dates, duration_ms }: Summary, colors: Colors): string {
  const nothing = status === 'interrupted' ? 'before the first day was done' : 'nothing was due';
  const what = dates === null ? nothing : formatRange(dates.since, dates.until);
  const line = `${status}: ${what}, in ${formatDuration(duration_ms)}`;
  return colors.bold(status === 'completed' ? colors.green(line) : colors.yellow(line));
}

export function totals({ users, connections, days, metrics, requests }: Summary): string[] {
  const states = OUTCOME_STATES.filter((state) => days[state] > 0).map(
    (state) => `${formatNumber(days[state])} ${state.replace('_', ' ')}`,
  );
  return [
    `  users        ${okOf(users.succeeded, users.total)}`,
    `  connections  ${okOf(connections.succeeded, connections.total)}${others(connections)}`,
    `  days         ${formatNumber(days.planned)} due${states.length > 0 ? `: ${states.join(', ')}` : ''}`,
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

/** Why accounts were passed over, for good reason. */
function skippedLines({ platforms }: Summary): string[] {
  const skipped = Object.entries(platforms).flatMap(([platform, { reasons }]) =>
    SKIP_REASONS.filter((reason) => reasons[reason] !== undefined).map(
      (reason) => `${formatNumber(reasons[reason] ?? 0)} ${cleanText(platform)} ${reason}`,
    ),
  );
  return skipped.length === 0 ? [] : [`  skipped: ${skipped.join(', ')}`];
}

export function platformRows({ platforms }: Summary): string[][] {
  return Object.entries(platforms)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { connections, succeeded, failed, skipped, metrics }]) => [
      cleanText(name),
      ...[connections, succeeded, failed, skipped, metrics].map(formatNumber),
    ]);
}

function failureLines({ failures, connections }: Summary, context: SummaryContext): string[] {
  const alike = alikeFailures(groupFailures(failures));
  if (alike.length === 0) return [];
  const lines = alike.slice(0, MAX_LINES).map((groups) => describeAlike(groups, context.connections));
  const more = alike.length - lines.length;
  return [
    context.colors.red(`${count(connections.failed, 'connection')} failed:`),
    ...indent(lines),
    ...(more > 0 ? [`  … and ${formatNumber(more)} more: --json lists all`] : []),
  ];
}

export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { day, ...failure } of failures) {
    const key = JSON.stringify([failure.connection_id, failure.reason, failure.message]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...failure, days: [day] });
    else group.days.push(day);
  }
  return [...groups.values()].map((group) => ({ ...group, days: group.days.toSorted() }));
}

/** Failures of many connections in the same words are one trouble of the platform, and one line. */
function alikeFailures(groups: readonly FailureGroup[]): FailureGroup[][] {
  const alike = new Map<string, FailureGroup[]>();
  for (const group of groups) {
    const key = JSON.stringify([group.platform, group.reason, group.message]);
    alike.set(key, [...(alike.get(key) ?? []), group]);
  }
  return [...alike.values()].flatMap((same) => (same.length > MOST_ALIKE ? [same] : same.map((group) => [group])));
}

function describeAlike(groups: readonly FailureGroup[], connections: SummaryContext['connections']): string {
  const [first] = groups;
  if (first === undefined) return '';
  if (groups.length === 1) return describeFailure(first, connections.get(first.connection_id));
  const days = count(
    groups.reduce((sum, group) => sum + group.days.length, 0),
    'day',
  );
  return cleanText(
    `${count(groups.length, `${first.platform} connection`)}: ${first.reason}: ${shorten(first.message, MAX_MESSAGE)} (${days})`,
  );
}

/** A failure in a line: `instagram 178… (Name) of user U: reason: message (days)`. */
export function describeFailure(group: FailureGroup, connection: ConnectionReport | undefined): string {
  const account = formatAccount({
    accountId: connection?.accountId ?? null,
    accountName: connection?.accountName ?? null,
    connectionId: group.connection_id,
  });
  const days = group.days.length === 1 ? '' : `${count(group.days.length, 'day')}: `;
  return cleanText(
    `${group.platform} ${account} of user ${group.user_id}: ${group.reason}: ${shorten(group.message, MAX_MESSAGE)} (${days}${formatDates(group.days)})`,
  );
}

function nextSteps(summary: Summary, { sandbox, connections }: SummaryContext): string[] {
  const add = 'analytics-collect connections add';
  if (summary.status === 'interrupted') return ['Next: run the same command again, it goes on where this run stopped.'];
  if (sandbox) return [`Next, your own accounts: ${add} --user ID --platform instagram --account ID`];
  if (summary.connections.total === 0) {
    return [`There is no active connection to collect. Add one: ${add} --user ID --platform NAME --account ID`];
  }
  const dead = summary.failures.find(({ reason }) => reason === 'needs_reconnect');
  const renewal =
    dead === undefined ? [] : [`Renew a token: ${add} ${renewalFlags(dead, connections.get(dead.connection_id))}`];
  return [...renewal, 'Next: analytics-collect status'];
}

function renewalFlags(failure: Failure, connection: ConnectionReport | undefined): string {
  const flags = { user: failure.user_id, platform: failure.platform, account: connection?.accountId ?? '' };
  return Object.entries(flags)
    .map(([flag, value]) => `--${flag} ${/^[\w.@:-]+$/.test(value) ? value : 'ID'}`)
    .join(' ');
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
