import type { CollectEvent, ConnectionReport, ProgressEvent } from '../../report/events.js';
import { type Mark, recentRate, withMark } from '../../report/remaining.js';
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
  /** How much was done at which time, in the last minute. */
  readonly marks: readonly Mark[];
  /** When each API that has asked for a pause may be asked again. */
  readonly pausedUntil: ReadonlyMap<string, number>;
  /** How many processes share the run, whose counts are those of all of them; null if it is not known to be shared. */
  readonly workers: number | null;
}

/** In all functions here, `now` is in milliseconds on a monotonic clock. */
export function startProgress(total: number, days: number | null, now: number): Progress {
  const marks = [{ at: now, done: 0 }];
  return { total, done: 0, failed: 0, due: 0, days, underWay: new Map(), marks, pausedUntil: new Map(), workers: null };
}

/** Takes over what all processes of a run have done, beside which what this one does counts no more. */
export function follow(progress: Progress, { connections, workers }: ProgressEvent, now: number): Progress {
  // What was done before this process came says nothing about the rate.
  const marks = progress.workers === null ? [{ at: now, done: connections.done }] : progress.marks;
  return marked({ ...progress, ...connections, marks, workers }, now);
}

export function advance(progress: Progress, report: ConnectionReport, now: number): Progress {
  if (progress.workers !== null) return progress;
  const underWay = new Map(progress.underWay);
  underWay.delete(report.connectionId);
  return marked(
    {
      ...progress,
      done: progress.done + 1,
      failed: progress.failed + (report.result === 'failed' ? 1 : 0),
      due: progress.due + (report.days.due ?? 0),
      underWay,
    },
    now,
  );
}

export function advanceDays(progress: Progress, connectionId: string, days: number, now: number): Progress {
  return marked({ ...progress, underWay: new Map(progress.underWay).set(connectionId, days) }, now);
}

export function pause(progress: Progress, api: string, seconds: number, now: number): Progress {
  return { ...progress, pausedUntil: new Map(progress.pausedUntil).set(api, now + seconds * 1000) };
}

export function isPaused({ pausedUntil }: Progress, api: string, now: number): boolean {
  return (pausedUntil.get(api) ?? now) > now;
}

function marked(progress: Progress, now: number): Progress {
  return { ...progress, marks: withMark(progress.marks, { at: now, done: workOf(progress).done }) };
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
  const { total, done, failed, workers } = progress;
  const days = daysOf(progress);
  return { connections: { total, done, failed }, ...(days !== null && { days }), ...(workers !== null && { workers }) };
}

/**
 * `120/300 connections, 40 %, 2 failed, 35/s, 5 s left`; of a run that processes share, `…, 4 workers, 35/s, …`; with named days, `12/100 connections, days 1,240/9,000, 13 %, …`; while an
 * API pauses, `…, waiting for the rate limit of instagram_graph, 45 s` in place of the time left.
 */
export function formatProgress(progress: Progress, now: number): string {
  const { total, done, failed, due, workers } = progress;
  const parts = [`${formatNumber(done)}/${formatNumber(total)} connections`];
  const days = daysOf(progress);
  if (days !== null) parts.push(`days ${formatNumber(days.done)}/${formatNumber(days.total)}`);
  const work = workOf(progress);
  if (work.total > 0) parts.push(`${Math.floor((100 * Math.min(work.done, work.total)) / work.total)} %`);
  if (due > 0) parts.push(`${count(due, 'day')} due`);
  if (failed > 0) parts.push(`${formatNumber(failed)} failed`);
  if (workers !== null && work.done < work.total) parts.push(count(workers, 'worker'));
  if (work.done < work.total) parts.push(...prospects(progress, work, now));
  return parts.join(', ');
}

function prospects({ marks, pausedUntil }: Progress, { total, done }: Work, now: number): string[] {
  const pauses = [...pausedUntil].filter(([, until]) => until > now);
  if (pauses.length > 0) {
    return pauses.map(([api, until]) => `waiting for the rate limit of ${api}, ${formatSeconds(until - now)}`);
  }
  const perSecond = recentRate(marks, { at: now, done });
  if (perSecond === null) return [];
  return [`${formatRate(perSecond)}/s`, `${formatLeft((1000 * (total - done)) / perSecond)} left`];
}

interface Work {
  readonly total: number;
  readonly done: number;
}

function workOf(progress: Progress): Work {
  return daysOf(progress) ?? progress;
}

/** Null if connections have no named days, or only one; or if other processes share them, whose days under way are not known. */
function daysOf({ total, done, days, underWay, workers }: Progress): Work | null {
  if (days === null || days < 2 || workers !== null) return null;
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

/** In whole seconds or minutes, because it is an estimate. */
function formatLeft(ms: number): string {
  return formatSeconds(ms < 60_000 ? ms : Math.ceil(ms / 60_000) * 60_000);
}

function formatSeconds(ms: number): string {
  return formatDuration(Math.ceil(ms / 1_000) * 1_000)
    .replace(/ 0 s$/, '')
    .replace('.0 s', ' s');
}
