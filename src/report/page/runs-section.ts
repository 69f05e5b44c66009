import * as Plot from '@observablehq/plot';
import type { RunRow, RunStatus } from '../../store/store.js';
import { formatDuration, formatNumber } from '../../text.js';
import { axisBottom, axisLeft, chart, WIDTHS } from './charts.js';
import { compact, formatDay, formatTime } from './format.js';
import { type Html, html, named } from './html.js';

interface Figure {
  readonly title: string;
  readonly of: (counts: Counts) => number;
  readonly format: (value: number) => string;
  readonly axis: (value: number) => string;
}

/** What is shown of a run that has ended. */
interface Counts {
  readonly durationMs: number;
  readonly requests: number;
  readonly rows: number;
}

const FIGURES: readonly Figure[] = [
  { title: 'Duration', of: ({ durationMs }) => durationMs, format: formatDuration, axis: shortDuration },
  { title: 'Requests', of: ({ requests }) => requests, format: formatNumber, axis: compact },
  { title: 'Rows written', of: ({ rows }) => rows, format: formatNumber, axis: compact },
];

const COLORS: Readonly<Record<RunStatus, string>> = {
  completed: 'var(--line)',
  partial: 'var(--warn)',
  failed: 'var(--bad)',
  interrupted: 'var(--muted)',
  abandoned: 'var(--muted)',
  running: 'var(--muted)',
};

/** The last runs, the newest first. */
export function runsSection(runs: readonly RunRow[]): Html {
  if (runs.length === 0)
    return html`<section id="runs"><h2>Runs</h2><p class="none">No run has been recorded yet.</p></section>`;
  const statuses = [...new Set(runs.map(({ status }) => status))];
  return html`<section id="runs">
<h2>Runs</h2>
<p class="lead">The last ${runs.length === 1 ? 'run' : `${runs.length} runs`}, the newest on the right.
<span class="key">${statuses.map((status) => html`<span><i style="background:${COLORS[status]}"></i>${status}</span> `)}</span></p>
<div class="charts wide">${FIGURES.map((figure) => html`<figure><figcaption><b>${figure.title}</b></figcaption>${runsChart(runs, figure)}</figure>`)}</div>
<details><summary>As a table</summary>
<div class="scroll"><table class="list"><thead><tr><th>Started</th><th>Scope</th><th>Status</th>${FIGURES.map(({ title }) => html`<th class="n">${title}</th>`)}</tr></thead>
<tbody>${runs.map(runRow)}</tbody></table></div></details>
</section>`;
}

function runRow(run: RunRow): Html {
  const counts = countsOf(run);
  return html`<tr><td>${formatTime(run.startedAt)}</td><td>${named(run.scope)}</td><td>${run.status}</td>${FIGURES.map(
    ({ of, format }) => html`<td class="n">${counts === null ? '–' : format(of(counts))}</td>`,
  )}</tr>
`;
}

function runsChart(runs: readonly RunRow[], { title, of, format, axis }: Figure): Html {
  const ended = runs.toReversed().map((run, index) => ({ run, place: index, value: figureOf(run, of) }));
  const most = Math.max(1, ...ended.map(({ value }) => value ?? 0));
  const labelled =
    ended.length < 4 ? ended : [0, 1, 2].map((third) => ended[Math.round((third * (ended.length - 1)) / 2)]);
  const places = labelled.flatMap((each) => each?.place ?? []);
  return chart({
    label: `${title} of the last ${runs.length} runs: at most ${format(most)}`,
    width: WIDTHS.three,
    height: 130,
    x: { type: 'band', domain: ended.map(({ place }) => place), padding: 0.25 },
    y: { domain: [0, most], nice: 2 },
    marks: [
      ...axisLeft(3, axis),
      axisBottom(places, (place) => formatDay(ended[place]?.run.startedAt.slice(0, 10) ?? '')),
      Plot.barY(
        ended.filter(({ value }) => value !== null),
        {
          x: 'place',
          y: 'value',
          fill: ({ run }: { run: RunRow }) => COLORS[run.status],
          title: ({ run, value }: { run: RunRow; value: number }) =>
            `${formatTime(run.startedAt)}, ${run.status}: ${format(value)}`,
        },
      ),
    ],
  });
}

function figureOf(run: RunRow, of: Figure['of']): number | null {
  const counts = countsOf(run);
  return counts === null ? null : of(counts);
}

function countsOf({ summary }: RunRow): Counts | null {
  if (summary === null || 'error' in summary) return null;
  const { duration_ms, requests, metrics } = summary;
  return { durationMs: duration_ms, requests: requests.total, rows: metrics.inserted + metrics.updated };
}

/** For an axis: `90 s`, `5 min`, `2 h`. */
function shortDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 120) return `${compact(seconds)} s`;
  return seconds < 7200 ? `${compact(seconds / 60)} min` : `${compact(seconds / 3600)} h`;
}
