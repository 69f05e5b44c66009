import type { ConnectionReport } from '../../report/events.js';
import type { Failure, Summary } from '../../report/summary.js';
import { count, formatNumber, shorten } from '../../text.js';
import { describeFailure, formatFailedDays, PLATFORM_COLUMNS, platformRows, totals } from './summary.js';
import { cleanText, formatDuration, formatRange } from './text.js';

/** GitHub shows at most this many annotations of one level per step. */
const MAX_ANNOTATIONS = 10;
const MAX_MESSAGE = 500;
/** GitHub refuses a longer step summary. */
export const MAX_SUMMARY_BYTES = 1_048_576;
/** Reserved for the line that counts the failures left out. */
const RESERVED_BYTES = 200;

type Level = 'error' | 'warning';
type Connections = ReadonlyMap<string, ConnectionReport>;

/** What follows the `::` of a command: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A run's failures and warnings as commands to GitHub's runner, one per line. */
export function githubAnnotations(summary: Summary, connections: Connections): string {
  const failures = summary.failures.map((failure) => ({
    title: `${cleanText(failure.platform)}: ${failure.reason}`,
    message: describeFailure(failure, connections.get(failure.connection_id)),
  }));
  const warnings = summary.warnings.map((message) => ({ title: 'analytics-collect', message }));
  return [...annotations('error', failures, summary.failures_omitted), ...annotations('warning', warnings)]
    .map((line) => `${line}\n`)
    .join('');
}

/** A failure of the whole run as a command to GitHub's runner. */
export function githubError(message: string): string {
  return `${annotation('error', { title: 'analytics-collect', message })}\n`;
}

/** The outputs that later steps of the workflow can use. */
export function githubOutputs({ status, metrics, connections }: Summary): string {
  return `status=${status}\ninserted=${metrics.inserted}\nfailed=${connections.failed}\n`;
}

/** A run's summary in Markdown, cut to a number of bytes. */
export function githubSummary(summary: Summary, connections: Connections, maxBytes: number): string {
  const head = [
    `### analytics-collect: ${summary.status}`,
    `${heading(summary)}`,
    totals(summary)
      .map((line) => `- ${markdown(line.trim().replace(/ {2,}/, ': '))}`)
      .join('\n'),
    markdownTable(PLATFORM_COLUMNS, platformRows(summary)),
  ].join('\n\n');
  const { failures, failures_omitted } = summary;
  if (failures.length === 0) return `${head}\n\n`;
  const title = `${head}\n\n#### ${count(summary.connections.failed, 'connection')} failed\n\n`;
  const columns = ['reason', 'platform', 'account', 'user', 'days', 'message'];
  const table = `${markdownTable(columns, [])}\n`;
  const rows = withinBytes(
    failures.map((failure) => `${failureRow(failure, connections.get(failure.connection_id))}\n`),
    maxBytes - Buffer.byteLength(title + table) - RESERVED_BYTES,
  );
  const left = failures.length + failures_omitted - rows.length;
  return `${title}${table}${rows.join('')}\n${left > 0 ? `… and ${formatNumber(left)} more: \`analytics-collect status\` counts them by reason.\n\n` : ''}`;
}

/** `untold`: how many more there are without details. */
function annotations(level: Level, told: readonly { title: string; message: string }[], untold = 0): string[] {
  if (told.length + untold <= MAX_ANNOTATIONS) return told.map((one) => annotation(level, one));
  const shown = told.slice(0, MAX_ANNOTATIONS - 1);
  const rest = {
    title: 'analytics-collect',
    message: `… and ${formatNumber(told.length + untold - shown.length)} more: see the step's summary`,
  };
  return [...shown, rest].map((one) => annotation(level, one));
}

function annotation(level: Level, { title, message }: { title: string; message: string }): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(shorten(cleanText(message), MAX_MESSAGE))}`;
}

function heading({ dates, duration_ms, scope }: Summary): string {
  const days = dates === null ? 'nothing was due' : formatRange(dates.since, dates.until);
  return markdown(`${days}, in ${formatDuration(duration_ms)}, scope ${shorten(scope, 100)}`);
}

function failureRow(failure: Failure, connection: ConnectionReport | undefined): string {
  const account = connection?.accountName ?? failure.account_id ?? `connection ${failure.connection_id}`;
  return tableRow([
    failure.reason,
    failure.platform,
    account,
    failure.user_id,
    formatFailedDays(failure),
    shorten(failure.message, MAX_MESSAGE),
  ]);
}

function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [tableRow(columns), `|${' --- |'.repeat(columns.length)}`, ...rows.map(tableRow)].join('\n');
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => markdown(cell)).join(' | ')} |`;
}

/** A text that Markdown shows as it is: every punctuation mark is an entity, so it makes no markup, link, mention or HTML. */
function markdown(text: string): string {
  return cleanText(text).replace(/[^\p{L}\p{M}\p{N} ,-]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}

function withinBytes(lines: readonly string[], maxBytes: number): string[] {
  let bytes = 0;
  const fitting = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line);
    return bytes > maxBytes;
  });
  return lines.slice(0, fitting < 0 ? lines.length : fitting);
}
