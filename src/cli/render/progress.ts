import type { ConnectionReport } from '../../collector/events.js';
import { count, formatAccount, formatDates, formatDuration, formatNumber } from './text.js';

/** How far a run has come. */
export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Milliseconds, by a clock that nobody sets. */
  readonly startedAt: number;
}

export function startProgress(total: number, startedAt: number): Progress {
  return { total, done: 0, failed: 0, startedAt };
}

export function advance(progress: Progress, { result }: ConnectionReport): Progress {
  return { ...progress, done: progress.done + 1, failed: progress.failed + (result === 'failed' ? 1 : 0) };
}

/** `120/300 connections, 40 %, 2 failed, 35/s, 5 s left` */
export function formatProgress({ total, done, failed, startedAt }: Progress, now: number): string {
  const perSecond = done / Math.max((now - startedAt) / 1000, 0.001);
  const parts = [`${formatNumber(done)}/${formatNumber(total)} connections`];
  if (total > 0) parts.push(`${Math.floor((100 * Math.min(done, total)) / total)} %`);
  if (failed > 0) parts.push(`${formatNumber(failed)} failed`);
  if (done > 0 && done < total) {
    parts.push(`${formatRate(perSecond)}/s`, `${formatDuration((1000 * (total - done)) / perSecond)} left`);
  }
  return parts.join(', ');
}

/** One connection in a line, for `--verbose`. */
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
