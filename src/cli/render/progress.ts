import type { CollectEvent, ConnectionReport } from '../../report/events.js';
import { count, formatNumber } from '../../text.js';
import { formatAccount, formatDates, formatDuration } from './text.js';

/** The progress of a run. */
export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Days found due so far, in a dry run. */
  readonly due: number;
  /** How many named days each connection has; null in a run over the window. */
  readonly days: number | null;
  /** How many days are done, by the id of each connection in progress. */
  readonly underWay: ReadonlyMap<string, number>;
  /** Milliseconds on a monotonic clock. */
  readonly startedAt: number;
}

export function startProgress(total: number, days: number | null, startedAt: number): Progress {
  return { total, done: 0, failed: 0, due: 0, days, underWay: new Map(), startedAt };
}

export function advance(progress: Progress, { result, connectionId, days }: ConnectionReport): Progress {
  const underWay = new Map(progress.underWay);
  underWay.delete(connectionId);
  return {
    ...progress,
    done: progress.done + 1,
    failed: progress.failed + (result === 'failed' ? 1 : 0),
    due: progress.due + (days.due ?? 0),
    underWay,
  };
}

export function advanceDays(progress: Progress, connectionId: string, days: number): Progress {
  return { ...progress, underWay: new Map(progress.underWay).set(connectionId, days) };
}

/** `collecting 12 of 300 connections from …`, `nothing is due: 300 connections in …` */
export function formatStart({ connections, idle, dryRun, store }: Extract<CollectEvent, { type: 'started' }>): string {
  const all = count(connections, 'connection');
  if (idle === connections) return `nothing is due: ${all} in ${store}`;
  const due = idle === 0 ? '' : `${formatNumber(connections - idle)} of `;
  return `${dryRun ? 'planning' : 'collecting'} ${due}${all} from ${store}`;
}

/** The same as fields, for `--log json`. */
export function progressCounts(progress: Progress) {
  const { total, done, failed } = progress;
  const days = daysOf(progress);
  return { connections: { total, done, failed }, ...(days !== null && { days }) };
}

/** `120/300 connections, 40 %, 2 failed, 35/s, 5 s left`; with named days, `12/100 connections, days 1,240/9,000, 13 %, …` */
export function formatProgress(progress: Progress, now: number): string {
  const { total, done, failed, due, startedAt } = progress;
  const parts = [`${formatNumber(done)}/${formatNumber(total)} connections`];
  const days = daysOf(progress);
  if (days !== null) parts.push(`days ${formatNumber(days.done)}/${formatNumber(days.total)}`);
  const work = days ?? { total, done };
  if (work.total > 0) parts.push(`${Math.floor((100 * Math.min(work.done, work.total)) / work.total)} %`);
  if (due > 0) parts.push(`${count(due, 'day')} due`);
  if (failed > 0) parts.push(`${formatNumber(failed)} failed`);
  if (work.done > 0 && work.done < work.total) {
    const perSecond = work.done / Math.max((now - startedAt) / 1000, 0.001);
    parts.push(`${formatRate(perSecond)}/s`, `${formatDuration((1000 * (work.total - work.done)) / perSecond)} left`);
  }
  return parts.join(', ');
}

/** Null if connections have no named days, or only one. */
function daysOf({ total, done, days, underWay }: Progress): { total: number; done: number } | null {
  if (days === null || days < 2) return null;
  const begun = [...underWay.values()].reduce((sum, each) => sum + Math.min(each, days), 0);
  return { total: total * days, done: done * days + begun };
}

/** One connection in one line, for `--verbose`. */
export function formatConnection(report: ConnectionReport): string {
  const { platform, userId, result, dates, metrics, reason, message } = report;
  const who = `${platform} ${formatAccount(report)} of user ${userId}`;
  const days = dates.length === 0 ? '' : `, ${count(dates.length, 'day')}: ${formatDates(dates)}`;
  const values = metrics === 0 ? '' : `, ${count(metrics, 'metric')}`;
  const why = [reason, message].filter((part) => part !== null).join(': ');
  return `${who}: ${result.replace('_', ' ')}${days}${values}${why === '' ? '' : `; ${why}`}`;
}

function formatRate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : formatNumber(Math.round(perSecond));
}
