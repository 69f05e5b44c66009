import type { ConnectionReport } from '../../report/events.js';
import { formatMoment } from '../../report/page/format.js';
import { type Html, html, named } from '../../report/page/html.js';
import type { RunRow } from '../../store/store.js';
import { count, formatDuration, formatNumber } from '../../text.js';
import { isRunning } from '../is-running.js';
import { type LiveRun, paceOf } from '../live.js';
import { type EndedRun, endOf, endOfRow } from './ended.js';

/** The steps in which a screen reader announces progress. */
const ANNOUNCED_PERCENT = 25;

export interface Panel {
  /** The run of this process: the one in progress, or the last one. */
  readonly run: Readonly<LiveRun> | null;
  /** The last run of any process. */
  readonly lastRun: RunRow | null | 'unreachable';
  readonly next: Date | null;
  readonly now: Date;
}

/** The run in progress, or the last one. */
export function renderPanel(panel: Panel): string {
  return String(stateOf(panel));
}

function stateOf(panel: Panel): Html {
  const { run, lastRun, now } = panel;
  if (run !== null && run.end === null) return running(run, panel);
  if (lastRun === 'unreachable') {
    const body = html`<p>See the log of the server. This page tries again automatically.</p>`;
    return section({ state: 'unknown', mark: 'bad', title: 'The database cannot be reached', body }, panel);
  }
  const own = run !== null && run.runId === lastRun?.runId ? run : null;
  if (lastRun === null || (run !== null && own === null && run.startedAt > new Date(lastRun.startedAt))) {
    return run === null ? none(panel) : ended(endOf(run), panel);
  }
  if (lastRun.status === 'running' && own !== null) return ended(endOf(own), panel);
  if (isRunning(lastRun, now)) return elsewhere(lastRun, panel);
  return ended(endOfRow(lastRun, own?.failures ?? []), panel);
}

interface Section {
  readonly state: 'running' | 'elsewhere' | 'ended' | 'none' | 'unknown';
  readonly mark: 'busy' | 'good' | 'some' | 'bad' | 'calm';
  readonly title: string;
  readonly body: Html | null;
  /** The title of the browser's tab, and what a screen reader says; by default the title. */
  readonly short?: string;
  readonly said?: string;
}

/** The attributes are read by the script. */
function section({ state, mark, title, body, short = title, said = title }: Section, { next }: Panel): Html {
  const coming = next === null ? html`No run is scheduled.` : html`Next run ${instant(next)}.`;
  return html`<section class="card" data-state="${state}" data-title="${short}" data-said="${said}">
  <h2><span class="mark ${mark}" aria-hidden="true"></span>${title}</h2>
  ${body}
  <p class="next">${coming}</p>
</section>`;
}

function running(run: Readonly<LiveRun>, panel: Panel): Html {
  const { total, done, failed, metrics, failures, signal, startedAt, trigger } = run;
  const percent = total === 0 ? 100 : Math.floor((100 * Math.min(done, total)) / total);
  const pace = paceOf(run, panel.now);
  const figures = [
    ['Accounts', html`${formatNumber(done)} <small>of ${formatNumber(total)}</small>`],
    ['Failed', formatNumber(failed)],
    ['Values', formatNumber(metrics)],
    ['Pace', pace === null ? '–' : html`${formatPace(pace.perSecond)} <small>per second</small>`],
    ['Time left', pace === null ? '–' : formatDuration(pace.leftMs)],
  ] as const;
  const title = signal.aborted ? 'Stopping' : `Collecting ${count(total, 'account')}`;
  return section(
    {
      state: 'running',
      mark: 'busy',
      title,
      short: `${percent} %`,
      said: `${title}: ${percent - (percent % ANNOUNCED_PERCENT)} % done`,
      body: html`<p class="since">Started by ${trigger}, ${instant(startedAt)}.</p>
  <div class="progress"><progress max="100" value="${percent}" aria-label="Accounts done"></progress><span>${percent} %</span></div>
  ${figureList(figures)}
  ${pauseList(run, panel.now)}
  ${platformTable(run)}
  ${failures.length === 0 ? null : html`<h3>Last failures</h3>${failureList(failures)}`}`,
    },
    panel,
  );
}

function elsewhere({ startedAt, trigger }: RunRow, panel: Panel): Html {
  const body = html`<p>Started by ${trigger}, ${instant(new Date(startedAt))}. Its progress is shown only in that process.</p>`;
  return section({ state: 'elsewhere', mark: 'busy', title: 'Another process is collecting', body }, panel);
}

function none(panel: Panel): Html {
  return section({ state: 'none', mark: 'calm', title: 'No run yet', body: null }, panel);
}

const ENDS = {
  completed: { mark: 'good', title: 'The last run completed' },
  partial: { mark: 'some', title: 'Some accounts failed in the last run' },
  interrupted: { mark: 'some', title: 'The last run was interrupted' },
  failed: { mark: 'bad', title: 'The last run failed' },
  abandoned: { mark: 'bad', title: 'The last run was killed' },
} as const;

function ended({ status, startedAt, durationMs, trigger, error, counts, failures }: EndedRun, panel: Panel): Html {
  const figures =
    counts === null
      ? null
      : figureList([
          [
            'Accounts',
            html`${formatNumber(counts.connections.succeeded)} <small>of ${formatNumber(counts.connections.total)}</small>`,
          ],
          ['Failed', formatNumber(counts.connections.failed)],
          ['Skipped', formatNumber(counts.connections.skipped)],
          ['New values', formatNumber(counts.metrics.inserted)],
          ['Duration', formatDuration(durationMs)],
        ]);
  const body = html`<p class="since">Started by ${trigger}, ${instant(startedAt)}.</p>
  ${error === null ? null : html`<p class="why">${error}</p>`}
  ${figures}
  ${failures.length === 0 ? null : html`<details><summary>Last failures</summary>${failureList(failures)}</details>`}`;
  return section({ state: 'ended', ...ENDS[status], body }, panel);
}

function figureList(figures: readonly (readonly [string, Html | string])[]): Html {
  return html`<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function pauseList({ pausedUntil }: Readonly<LiveRun>, now: Date): Html[] {
  const pauses = [...pausedUntil].filter(([, until]) => until > now);
  return pauses.map(([api, until]) => {
    const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000);
    return html`<p class="since">Waiting for the rate limit of ${named(api)}, ${formatDuration(seconds * 1000)}.</p>`;
  });
}

function platformTable({ platforms }: Readonly<LiveRun>): Html | null {
  if (platforms.size === 0) return null;
  const rows = [...platforms].sort(([one], [other]) => one.localeCompare(other));
  return html`<table class="list">
  <thead><tr><th scope="col">Platform</th><th scope="col" class="n">Done</th><th scope="col" class="n">Failed</th></tr></thead>
  <tbody>${rows.map(
    ([platform, { done, failed }]) =>
      html`<tr><th scope="row">${named(platform)}</th><td class="n">${formatNumber(done)}</td><td class="n">${formatNumber(failed)}</td></tr>`,
  )}</tbody>
</table>`;
}

function failureList(failures: readonly ConnectionReport[]): Html {
  return html`<ul class="failures">${failures.map(failure)}</ul>`;
}

function failure({ platform, userId, accountId, accountName, connectionId, reason, message }: ConnectionReport): Html {
  const name = accountName ?? accountId ?? connectionId;
  return html`<li><p><strong>${named(name)}</strong> <span>${named(platform)}</span> <span>user ${named(userId)}</span> <code>${reason}</code></p>
<p class="note">${message === null ? null : named(message)}</p></li>`;
}

function formatPace(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : formatNumber(Math.round(perSecond));
}

function instant(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${formatMoment(at)}</time>`;
}
