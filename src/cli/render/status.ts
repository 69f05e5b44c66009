import { HOUR_MS } from '../../clock.js';
import { CONNECT } from '../../collector/connections.js';
import type { Action, DistributedRun, PlatformStatus, ReportedRun, StatusReport } from '../../report/status-report.js';
import { count, formatNumber, shorten } from '../../text.js';
import type { Colors } from './colors.js';
import { type Blocks, blocksFor, coverageLine } from './coverage-line.js';
import { formatTable } from './table.js';
import { cleanText, formatDay, formatDuration, formatInstant, WIDTH } from './text.js';
import { wrap } from './wrap.js';

const LONGEST_NAME = 10;
/** How many tokens are named that end. */
const MOST_TOKENS = 5;
/** How many days a platform's line shows; fewer if numbers are wide. */
const MOST_DAYS = 14;

interface StatusView {
  readonly colors: Colors;
  readonly blocks?: Blocks;
  /** Flags that suggested commands repeat: `' --sandbox'`. */
  readonly flags?: string;
}

/** The text that `status` prints: at most 80 columns wide. */
export function renderStatus(report: StatusReport, { colors, blocks = blocksFor({}), flags = '' }: StatusView): string {
  const parts = [
    [shorten(cleanText(report.store), WIDTH), ...runLines(report, colors, flags)],
    platformTable(report.platforms, blocks),
    nothingLines(report.platforms, flags),
    factLines(report),
    toDoLines(report, colors, flags),
    comingLines(report, flags),
    endedLines(report).flatMap((line) => wrap(`${colors.yellow('warning:')} ${cleanText(line)}`, WIDTH, '  ')),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The last full run and when the next one is expected; below it a newer run of some users, platforms or days. */
function runLines(
  { last_run: last, last_full_run: full, next_run_at: next }: StatusReport,
  colors: Colors,
  flags: string,
): string[] {
  if (last === null) return [`last run: none yet. Next: analytics-collect collect${flags}`];
  const nextLine = next === null ? [] : [`next run: ${formatInstant(next)} UTC`];
  const fullLine =
    full === null ? 'none yet' : `${runText(full, colors)}${full.scope === 'all' ? '' : `, ${full.scope}`}`;
  const newer = last.run_id === full?.run_id ? [] : [`since then: ${scopeText(last)} ${runText(last, colors)}`];
  return [`last run: ${fullLine}`, ...newer, ...nextLine].flatMap((line) => wrap(line, WIDTH, '  '));
}

function runText(run: ReportedRun, colors: Colors): string {
  const color = run.status === 'completed' ? colors.green : run.status === 'running' ? colors.cyan : colors.yellow;
  if (run.distributed !== undefined) {
    return `${color(run.status)} since ${formatInstant(run.started_at)} UTC, ${distributedText(run.distributed)}`;
  }
  const age = run.age_hours === 0 ? 'just now' : `${formatDuration(run.age_hours * HOUR_MS)} ago`;
  const took =
    run.finished_at === null
      ? ''
      : `, took ${formatDuration(Math.max(0, Date.parse(run.finished_at) - Date.parse(run.started_at)))}`;
  const { summary } = run;
  const why = summary !== null && 'error' in summary ? `: ${cleanText(summary.error)}` : '';
  return `${color(run.status)} ${formatInstant(run.started_at)} UTC (${age})${took}${why}`;
}

function distributedText({ workers, pieces, planned }: DistributedRun): string {
  const done = `${formatNumber(pieces.done)} of ${count(pieces.total, 'piece')}${planned ? '' : ' so far'}`;
  return `${workers === 0 ? 'no workers' : count(workers, 'worker')}, ${done}`;
}

function scopeText({ scope }: ReportedRun): string {
  return scope === 'all' ? 'some platforms or days' : shorten(cleanText(scope), LONGEST_NAME * 3);
}

function platformTable(platforms: readonly PlatformStatus[], blocks: Blocks): string[] {
  if (platforms.length === 0) return [`no active connections. Next:`, `  ${CONNECT}`];
  const hasSkipped = platforms.some(({ skipped }) => skipped > 0);
  const numbers = [
    ['accounts', (of: PlatformStatus) => of.accounts],
    ['complete', (of: PlatformStatus) => of.complete],
    ['late', (of: PlatformStatus) => of.late],
    ['no data', (of: PlatformStatus) => of.no_data],
    ['failing', (of: PlatformStatus) => of.failing_total],
    ...(hasSkipped ? [['skipped', (of: PlatformStatus) => of.skipped] as const] : []),
  ] as const;
  const columns = [
    { title: 'platform' },
    ...numbers.map(([title]) => ({ title, align: 'right' as const })),
    { title: 'up to' },
  ];
  const rows = platforms.map((platform) => [
    shorten(cleanText(platform.platform), LONGEST_NAME),
    ...numbers.map(([, numberOf]) => formatNumber(numberOf(platform))),
    platform.complete_to === null ? '-' : formatDay(platform.complete_to, platform.until),
  ]);
  const lines = formatTable(columns, rows);
  const width = Math.max(...lines.map(({ length }) => length)) + 2;
  const days = Math.min(MOST_DAYS, WIDTH - width);
  const lasts = [
    [`last ${days} days`, 'days', ''].find(({ length }) => length <= WIDTH - width) ?? '',
    ...platforms.map((of) => coverageLine(of.days.slice(-days), blocks)),
  ];
  return days < 1 ? lines : lines.map((line, index) => `${line.padEnd(width)}${lasts[index]}`.trimEnd());
}

/** Shown while nothing has been collected: new accounts count as late, which names no next step. */
function nothingLines(platforms: readonly PlatformStatus[], flags: string): string[] {
  const isNothing = platforms.length > 0 && platforms.every(({ newest_day }) => newest_day === null);
  return isNothing ? [`Nothing has been collected yet. Next: analytics-collect collect${flags}`] : [];
}

/** Lost days, days that do not add up, and ignored connections. */
function factLines({ platforms, ignored }: StatusReport): string[] {
  const lost = platforms
    .filter(({ lost_days }) => lost_days > 0)
    .map(({ platform, lost_days }) => [platform, lost_days] as const);
  const odd = platforms
    .map(({ platform, discrepancies }) => [platform, discrepancies ?? 0] as const)
    .filter(([, days]) => days > 0);
  return [
    ...countsLine('days that can no longer be collected', lost),
    ...countsLine('days that do not add up (doctor --data lists them)', odd),
    ...countsLine('ignored connections of other services', Object.entries(ignored)),
  ];
}

function countsLine(title: string, counts: readonly (readonly [string, number])[]): string[] {
  const listed = counts.map(([name, number]) => `${cleanText(name)} ${formatNumber(number)}`);
  return listed.length === 0 ? [] : wrap(`${title}: ${listed.join(', ')}`, WIDTH, '  ');
}

/** By reason, that of most accounts first: how many of each platform and since when, then what to do. */
function toDoLines({ actions, platforms }: StatusReport, colors: Colors, flags: string): string[] {
  if (actions.length === 0) return [];
  const until = platforms[0]?.until ?? '';
  const columns = [{ title: '', align: 'right' as const }, { title: '' }, { title: '' }, { title: '' }];
  const rows = actions.map((action) => [
    formatNumber(action.accounts),
    shorten(cleanText(action.platform), LONGEST_NAME),
    action.reason,
    sinceText(action, until),
  ]);
  // The first line would hold the titles.
  const [, ...lines] = formatTable(columns, rows);
  const reasons = [...new Set(actions.map(({ reason }) => reason))];
  return [
    colors.bold('To do'),
    ...reasons.flatMap((reason) => [
      ...lines.flatMap((line, index) => (actions[index]?.reason === reason ? wrap(`  ${line}`, WIDTH, '      ') : [])),
      ...wrap(`    ${actions.find((action) => action.reason === reason)?.fix}`, WIDTH, '    '),
      `    analytics-collect status --reason ${reason}${flags}`,
    ]),
  ];
}

/** `12 for 1 run, 3 for 9, since 22 Nov`; without runs for accounts that did not fail. */
function sinceText({ by_runs, since }: Action, until: string): string {
  const [first, ...others] = by_runs;
  const day = `since ${formatDay(since, until)}`;
  if (first === undefined) return day;
  const runs = (number: number) => (number === 1 ? '1 run' : `${formatNumber(number)} runs`);
  if (others.length === 0) return `${runs(first.runs)}, ${day}`;
  const rest = others.reduce((sum, { accounts }) => sum + accounts, 0);
  const longest = others.at(-1)?.runs ?? 0;
  const upTo = others.length > 1 ? 'up to ' : '';
  return `${formatNumber(first.accounts)} for ${runs(first.runs)}, ${formatNumber(rest)} for ${upTo}${formatNumber(longest)}, ${day}`;
}

/** What ends soon; then the tokens that have ended or do so first, with their accounts. */
function comingLines(report: StatusReport, flags: string): string[] {
  const { coming, expiring_tokens: tokens } = report;
  if (coming.length === 0 && tokens.length === 0) return [];
  const lines = coming.map(({ what, on, fix }) => `  ${cleanText(`${what} on ${on}: ${fix}`)}`);
  return [
    ...(coming.length === 0 ? ['Ended', '  connect these accounts again'] : ['Ends soon']),
    ...lines.flatMap((line) => wrap(line, WIDTH, '    ')),
    ...tokenLines(report, flags),
  ];
}

function tokenLines(
  { expiring_tokens: tokens, expiring_tokens_omitted: omitted }: StatusReport,
  flags: string,
): string[] {
  const shown = tokens.slice(0, MOST_TOKENS);
  const id = { title: '', cut: 'middle' } as const;
  const columns = [{ title: '' }, { title: '' }, { title: '' }, id, id];
  const rows = shown.map((token) => [
    token.token_expires_at.slice(0, 10),
    token.ends,
    shorten(cleanText(token.platform), LONGEST_NAME),
    cleanText(token.account_id ?? token.connection_id),
    cleanText(`user ${token.user_id}`),
  ]);
  // The first line would hold the titles.
  const [, ...lines] = formatTable(columns, rows, WIDTH - 4);
  const more = tokens.length - shown.length + omitted;
  return [
    ...lines.map((line) => `    ${line}`),
    ...(more > 0 ? [`    ${formatNumber(more)} more: analytics-collect status --json${flags}`] : []),
  ];
}

/** The warnings that are not listed under `coming`. */
function endedLines({ warnings, coming }: StatusReport): string[] {
  return warnings.filter((warning) => !coming.some(({ what }) => warning.startsWith(what)));
}
