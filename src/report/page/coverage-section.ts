import { datesBetween } from '../../collector/day.js';
import type { DayCounts } from '../../store/account-states.js';
import { count, dayOfYear, formatNumber } from '../../text.js';
import type { PlatformStatus } from '../status-report.js';
import { type Html, html, named } from './html.js';

/** How many of 28 days a label is wide on a narrow screen. */
const LABEL_DAYS = 4;
const FEW_DAYS = 35;
/** As in `complete_to`: days that fewer accounts lack still look complete. */
const FEW = 0.01;

/** Which days each platform has: a table with coloured cells, each with its counts in words. */
export function coverageSection(platforms: readonly PlatformStatus[]): Html {
  if (platforms.length === 0) {
    return html`<section id="coverage"><h2>Coverage</h2><p class="none">No accounts are connected.</p></section>`;
  }
  const dates = datesOf(platforms);
  return html`<section id="coverage">
<h2>Coverage</h2>
<p class="lead">For how many accounts each day is complete.
<span class="key"><span><i class="c4"></i>complete</span> <span><i class="l1"></i>partly waiting to settle</span> <span><i class="l2"></i>waiting to settle</span> <span><i class="m1"></i>missing for some</span> <span><i class="m2"></i>for many</span> <span><i class="m3"></i>for most</span></span></p>
<table class="map"><caption class="hidden">Days of each platform, with the number of accounts</caption>
<colgroup><col class="names"><col span="${dates.length}"></colgroup>
<thead><tr><td></td>${dates.map((date, index) => dayLabel(date, isLabelled(index, dates), dates.length - index))}</tr></thead>
<tbody>${platforms.map((platform) => platformRow(platform, dates))}</tbody></table>
</section>`;
}

function datesOf(platforms: readonly PlatformStatus[]): string[] {
  const dates = platforms.flatMap(({ days }) => days.map(({ date }) => date)).sort();
  return datesBetween(dates[0] ?? '', dates.at(-1) ?? '');
}

/** Mondays are labelled; of many days, every other one. */
function isLabelled(index: number, dates: readonly string[]): boolean {
  const firstMonday = dates.findIndex((date) => new Date(`${date}T00:00:00Z`).getUTCDay() === 1);
  return (index - firstMonday) % (dates.length > FEW_DAYS ? 14 : 7) === 0;
}

function dayLabel(date: string, isShown: boolean, left: number): Html {
  if (!isShown) return html`<th class="day" scope="col"><span class="hidden">${dayOfYear(date)}</span></th>`;
  return html`<th class="day${left < LABEL_DAYS ? ' last' : ''}" scope="col"><span>${dayOfYear(date)}</span></th>`;
}

function platformRow({ platform, accounts, complete_to, days }: PlatformStatus, dates: readonly string[]): Html {
  const byDate = new Map(days.map((day) => [day.date, day]));
  return html`<tr><th scope="row">${named(platform)}<br><small><span class="wideonly">${count(accounts, 'account')}, </span>${complete_to === null ? 'incomplete' : `to ${dayOfYear(complete_to)}`}</small></th>${dates.map(
    (date) => cell(date, byDate.get(date)),
  )}</tr>
`;
}

function cell(date: string, day: DayCounts | undefined): Html {
  const said = day === undefined ? 'has not ended' : countsText(day);
  return html`<td class="cell ${day === undefined ? 'c0' : shade(day)}" title="${dayOfYear(date)}: ${said}"><span class="hidden">${said}</span></td>`;
}

function countsText({ complete, late, missing }: DayCounts): string {
  if (complete + late + missing === 0) return 'not expected of any account';
  return `${formatNumber(complete)} complete, ${formatNumber(late)} waiting, ${formatNumber(missing)} missing`;
}

/** The class of a day's cell; missing comes before late. */
export function shade({ complete, late, missing }: DayCounts): string {
  const all = complete + late + missing;
  if (all === 0) return 'c0';
  if (missing / all > 0.5) return 'm3';
  if (missing / all > 0.1) return 'm2';
  if (missing / all > FEW) return 'm1';
  if (late / all > 0.5) return 'l2';
  return late / all > FEW ? 'l1' : 'c4';
}
