import { HOUR_MS } from '../../clock.js';
import type { RunRow } from '../../store/store.js';
import { capitalized, count, formatDuration, formatNumber } from '../../text.js';
import { accountsSection, omittedText } from './accounts-section.js';
import { coverageSection } from './coverage-section.js';
import { formatMoment, formatTime } from './format.js';
import { type Html, html, named, raw } from './html.js';
import type { ReportData } from './read.js';
import { runsSection } from './runs-section.js';
import { settlingSection } from './settling-section.js';
import { STYLE } from './style.js';
import { todoSection } from './todo-section.js';

/** Runs are usually hours apart: after this time, one is overdue. */
const OVERDUE_HOURS = 36;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The report as an HTML document without scripts, other files or addresses. */
export function renderPage(data: ReportData): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>Collected analytics, ${formatMoment(data.madeAt)}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${[...renderBody(data)]}
</body>
</html>
`;
  return String(page);
}

/** The body of the report, in pieces, so that a server can do other work in between. */
export function* renderBody(data: ReportData): Generator<Html> {
  const { request, madeAt, coverage, todo, accounts, read, settling, runs } = data;
  const omitted = omittedText(accounts.length, read.accounts, read.isAll);
  yield header(data);
  yield html`<main>
${coverage === null ? null : coverageSection(coverage)}
${todoSection(todo)}
`;
  yield* accountsSection({ accounts, days: request.days, ofOneUser: request.userId !== null, omitted });
  yield settlingSection(settling, measuredOn(read));
  yield runsSection(runs);
  yield html`</main>
<footer>Made by analytics-collect on ${formatMoment(madeAt)}. Days are those of each platform's own time zone; times are UTC.</footer>`;
}

function header(data: ReportData): Html {
  const { request, store, madeAt, status, runs } = data;
  const last = status?.last_full_run ?? null;
  const facts = [
    html`${named(capitalized(store))}`,
    ...(request.userId === null ? [] : [html`user ${named(request.userId)}`]),
    ...(request.platforms === null ? [] : [html`only ${request.platforms.join(', ')}`]),
    lastRunText(runs[0]),
    ...(status?.next_run_at ? [html`next run ${formatTime(status.next_run_at)}`] : []),
    html`made ${formatMoment(madeAt)}`,
  ];
  return html`<header>
<h1>${stateText(data, last?.status)}</h1>
<p class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</p>
</header>`;
}

function lastRunText(run: RunRow | undefined): Html {
  if (run === undefined) return html`no run yet`;
  const { status, startedAt, summary } = run;
  const took = summary === null || 'error' in summary ? '' : `, ${formatDuration(summary.duration_ms)}`;
  return html`last run ${formatTime(startedAt)}, ${status}${took}`;
}

/** The state in a sentence or two. */
function stateText(
  { todo: { accounts, upToDate }, runs, status, madeAt }: ReportData,
  last: RunRow['status'] | undefined,
): string {
  if (accounts === 0) return 'No accounts are connected.';
  if (runs.length === 0) return `${count(accounts, 'account')} connected; nothing has been collected yet.`;
  const alarm = alarmText(status, last, madeAt);
  const troubled = accounts - upToDate;
  const state =
    troubled === 0
      ? accounts === 1
        ? 'The account is up to date.'
        : `${accounts === 2 ? 'Both' : `All ${formatNumber(accounts)}`} accounts are up to date.`
      : `${formatNumber(upToDate)} of ${count(accounts, 'account')} ${upToDate === 1 ? 'is' : 'are'} up to date; ${formatNumber(troubled)} ${troubled === 1 ? 'needs' : 'need'} attention.`;
  return alarm === null ? state : `${alarm} ${state}`;
}

function alarmText(status: ReportData['status'], last: RunRow['status'] | undefined, madeAt: Date): string | null {
  if (status === null) return null;
  if (last === 'failed') return 'The last run failed.';
  if (status.last_success === null) return 'No run has completed yet.';
  const age = (madeAt.getTime() - Date.parse(status.last_success.started_at)) / HOUR_MS;
  return age > OVERDUE_HOURS ? `No run has completed for ${count(Math.floor(age / 24), 'day')}.` : null;
}

function measuredOn({ accounts, values, isAll }: ReportData['read']): string {
  const read = `${count(values, 'value')} of ${count(accounts, 'account')}`;
  return isAll ? read : `${read}: the first in the order of user ids, not all`;
}
