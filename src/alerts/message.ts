import { CollectError, isSkipReason } from '../errors.js';
import { CHANGES, type Change } from '../report/changes.js';
import { FIXES } from '../report/fixes.js';
import type { Summary } from '../report/summary.js';
import type { PlatformSummary } from '../store/run-summary.js';
import { formatNumber } from '../text.js';

/** Discord takes no more than 2,000 characters: https://discord.com/developers/docs/resources/webhook#execute-webhook */
const LONGEST = 2_000;
const MOST_DETAILS = 20;

const NEWS: Readonly<Record<Change, string>> = {
  newly_failing: 'newly failing',
  repaired: 'repaired',
  failing_over_3_nights: 'failing for more than 3 days',
  newly_without_data: 'without data for 3 days',
};

/** Whether a run should alert a person. A permission that a user did not grant is a warning, not an alarm. */
export function isAlarming({ dry_run, status, changes }: Summary): boolean {
  if (dry_run || status === 'interrupted') return false;
  return status !== 'completed' || changes.newly_without_data.length > 0;
}

/** A run in a few lines, starting with what is new. Names no user, account or connection unless `details` is true. */
export function describeRun(summary: Summary, { details }: { readonly details: boolean }): string {
  const lines = [
    `analytics-collect: ${news(summary)}`,
    totals(summary),
    ...platformLines(summary),
    ...fixLines(summary),
    ...(details ? detailLines(summary) : []),
    `run ${summary.run_id}; \`analytics-collect status\` shows more`,
  ];
  return linesThatFit(lines);
}

/** A run that ended without a summary. Unknown errors are not quoted, since they may contain anything. */
export function describeCrash(error: unknown): string {
  const why =
    error instanceof CollectError
      ? `${error.message} ${error.fix} [${error.code}]`
      : 'unexpected error; see the log of the run';
  return linesThatFit(['analytics-collect: the run failed before it finished', harmless(why)]);
}

function news({ changes, changes_omitted }: Summary): string {
  const told = CHANGES.filter((change) => changes[change].length > 0);
  const number = (change: Change) => formatNumber(changes[change].length + changes_omitted[change]);
  return told.map((change) => `${number(change)} ${NEWS[change]}`).join(', ') || 'nothing new';
}

function totals({ status, connections, metrics, dates, duration_ms }: Summary): string {
  const { total, succeeded, failed, skipped } = connections;
  const others = [
    ...(failed > 0 ? [`${formatNumber(failed)} failed`] : []),
    ...(skipped > 0 ? [`${formatNumber(skipped)} skipped`] : []),
  ];
  const days = dates === null ? 'nothing was due' : `${dates.since} to ${dates.until}`;
  return `${status}: ${[`${formatNumber(succeeded)} of ${formatNumber(total)} connections ok`, ...others].join(', ')}; ${days}; ${formatNumber(metrics.inserted)} metrics inserted in ${Math.round(duration_ms / 1000)} s`;
}

/** The accounts of a platform that fail for a reason; each account counts under its first reason. */
interface Group {
  readonly platform: string;
  readonly reason: string;
  readonly accounts: number;
  /** How many of them are newly failing. */
  readonly isNew: number;
}

/** The newly failing ones first. */
function groupsOf({ platforms, changes_by_platform }: Summary): Group[] {
  const groups = Object.entries(platforms).flatMap(([platform, { reasons }]) => {
    const news: Readonly<Record<string, number>> = changes_by_platform[platform]?.newly_failing ?? {};
    return Object.entries(reasons)
      .filter(([reason]) => !isSkipReason(reason))
      .map(([reason, accounts]): Group => ({ platform, reason, accounts, isNew: news[reason] ?? 0 }));
  });
  return groups.sort((a, b) => b.isNew - a.isNew || b.accounts - a.accounts || a.platform.localeCompare(b.platform));
}

/** Accounts that failed or were repaired, one line for each platform: those with news first. */
function platformLines(summary: Summary): string[] {
  const groups = groupsOf(summary);
  const lines = [
    ...new Set([...groups.map(({ platform }) => platform), ...Object.keys(summary.changes_by_platform)]),
  ].map((platform) => {
    const own = groups.filter((group) => group.platform === platform);
    const repaired = summary.changes_by_platform[platform]?.repaired ?? 0;
    const parts = [
      ...(own.length > 0 ? [failuresText(own, summary.platforms[platform])] : []),
      ...(repaired > 0 ? [`${formatNumber(repaired)} repaired`] : []),
    ];
    const isNew = own.reduce((sum, group) => sum + group.isNew, 0);
    return { platform, isNew, repaired, text: `${harmless(platform)}: ${parts.join('; ')}` };
  });
  return lines
    .sort((a, b) => b.isNew - a.isNew || b.repaired - a.repaired || a.platform.localeCompare(b.platform))
    .map(({ text }) => text);
}

/** `3 of 1,250 failed: 2 needs_reconnect (1 new), 1 throttled` */
function failuresText(groups: readonly Group[], counts: PlatformSummary | undefined): string {
  const reasons = groups.map(
    ({ reason, accounts, isNew }) =>
      `${formatNumber(accounts)} ${reason}${isNew > 0 ? ` (${formatNumber(isNew)} new)` : ''}`,
  );
  return `${formatNumber(counts?.failed ?? 0)} of ${formatNumber(counts?.connections ?? 0)} failed: ${reasons.join(', ')}`;
}

/** What to do about each reason; reasons with the same answer share a line. */
function fixLines(summary: Summary): string[] {
  const fixes: Readonly<Record<string, string>> = FIXES;
  const reasons = [...new Set(groupsOf(summary).map(({ reason }) => reason))].filter((reason) => reason in fixes);
  return [...new Set(reasons.map((reason) => fixes[reason]))].map(
    (fix) => `${reasons.filter((reason) => fixes[reason] === fix).join(', ')} → ${fix}`,
  );
}

function detailLines(summary: Summary): string[] {
  const isNew = new Set(summary.changes.newly_failing);
  const failures = summary.failures.toSorted(
    (a, b) => Number(isNew.has(b.connection_id)) - Number(isNew.has(a.connection_id)),
  );
  const lines = failures.slice(0, MOST_DETAILS).map((failure) => {
    const mark = isNew.has(failure.connection_id) ? ' (new)' : '';
    return harmless(`- ${failure.platform} of user ${failure.user_id}: ${failure.reason}${mark}`);
  });
  const more = summary.connections.failed - lines.length;
  return [
    ...lines,
    ...(more > 0 ? [`- and ${formatNumber(more)} more`] : []),
    ...(['repaired', 'newly_without_data'] as const).flatMap((change) =>
      summary.changes[change].slice(0, MOST_DETAILS).map((id) => harmless(`- connection ${id}: ${NEWS[change]}`)),
    ),
  ];
}

/** A text from outside on one line, without anything that a chat reads as a mention, a link or a command. */
function harmless(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[<>&`]/g, ' ')
    .replaceAll('@', '@\u200b')
    .trim();
}

/** As many complete lines as fit. */
function linesThatFit(lines: readonly string[]): string {
  const text = lines.join('\n');
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - 2).replace(/\n[^\n]*$/, '')}\n…`;
}
