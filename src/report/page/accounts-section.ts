import type { SeriesBreak } from '../../platforms/contract.js';
import { count, dayOfYear, formatNumber } from '../../text.js';
import { breaksWithin, type Change, weekOnWeek } from './change.js';
import { compact, formatRatio, formatValue } from './format.js';
import { type Html, html, named } from './html.js';
import type { AccountSeries, Series } from './series.js';
import { seriesChart } from './series-chart.js';

export interface AccountsShown {
  readonly accounts: readonly AccountSeries[];
  readonly days: number;
  /** Whether all are of one user, who is named at the top of the page. */
  readonly ofOneUser: boolean;
  /** What is left out, as a sentence; null if nothing is. */
  readonly omitted: string | null;
}

/** The main metrics of some accounts, one piece each. */
export function* accountsSection({ accounts, days, ofOneUser, omitted }: AccountsShown): Generator<Html> {
  yield html`<section id="accounts">
<h2>Accounts</h2>
<p class="lead">The main metrics of the last ${days} days. A week is compared with the one before it, both of settled days; followers, reach and
other figures that cannot be added up are compared with the same day a week before.
<span class="key"><span><i class="solid"></i>settled</span> <span><i class="dashed"></i>provisional</span> <span><i class="gap"></i>no value</span> <span><i class="break"></i>series break</span></span></p>
${omitted === null ? null : html`<p class="note">${omitted}</p>`}
${accounts.length === 0 ? html`<p class="none">No values have been collected for these days.</p>` : null}`;
  for (const each of accounts) yield accountBlock(each, ofOneUser);
  yield html`</section>
`;
}

function accountBlock({ account, series }: AccountSeries, ofOneUser: boolean): Html {
  const { accountName, accountId, platform, userId, isPrimary } = account;
  return html`<article>
<h3>${named(accountName ?? accountId)} <small>${named(platform)}${accountName === null ? null : html` · ${named(accountId)}`}${ofOneUser ? null : html` · user ${named(userId)}`}${isPrimary ? null : ' · not primary'}</small></h3>
${series.length === 0 ? html`<p class="none">No values of its main metrics.</p>` : html`<div class="charts">${series.map(seriesFigure)}</div>`}
</article>
`;
}

function seriesFigure(series: Series): Html {
  const { metric } = series;
  const change = weekOnWeek(series);
  return html`<figure>
<figcaption title="${metric.name}: ${metric.meaning}"><b>${metric.main}</b> ${change === null ? null : headline(change, series)}</figcaption>
${seriesChart(series)}
${breaksWithin(series).map(breakNote)}
</figure>`;
}

function headline(change: Change, { metric }: Series): Html {
  const { covers, until, value, days, ratio, provisional, obstacle } = change;
  const period =
    covers === 'day'
      ? dayOfYear(until)
      : days === 7
        ? `7 days to ${dayOfYear(until)}`
        : `${days} of 7 days to ${dayOfYear(until)}`;
  return html`<strong>${formatValue(value, metric.unit, covers === 'day' ? formatNumber : compact)}</strong>
<span class="change">${ratio === null ? obstacleText(obstacle) : html`<em class="${direction(ratio)}">${formatRatio(ratio)}</em>`}</span>
<span class="period">${period}${provisional ? ', provisional' : null}</span>`;
}

function obstacleText(obstacle: Change['obstacle']): Html | null {
  switch (obstacle) {
    case 'missing':
      return html`<em title="Days are missing in one of the two weeks">not comparable</em>`;
    case 'break':
      return html`<em title="The platform changed how it counts">series break</em>`;
    case 'zero':
      return html`<em title="It was zero the week before">from 0</em>`;
    case null:
      return null;
  }
}

function direction(ratio: number): string {
  if (formatRatio(ratio) === formatRatio(0)) return '';
  return ratio > 0 ? 'up' : 'down';
}

function breakNote({ from, until = from, change }: SeriesBreak): Html {
  return html`<p class="note">${from === until ? dayOfYear(from) : `${dayOfYear(from)} to ${dayOfYear(until)}`}: ${change}</p>`;
}

/** What the section leaves out of the accounts that have values; null if nothing. */
export function omittedText(shown: number, seen: number, isAll: boolean): string | null {
  if (isAll && seen <= shown) return null;
  const others = isAll ? count(seen - shown, 'more account') : 'More accounts';
  return `The first ${formatNumber(shown)} accounts are shown. ${others} ${isAll && seen - shown === 1 ? 'has' : 'have'} values: report --user ID shows those of one user.`;
}
