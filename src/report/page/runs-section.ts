import * as Plot from '@observablehq/plot';
import { HOUR_MS, MINUTE_MS } from '../../clock.js';
import type { RunRow, RunStatus } from '../../store/store.js';
import { dayOfYear, formatDuration, formatNumber } from '../../text.js';
import { type AxisUnit, axisBottom, axisLeft, chart, WIDTHS } from './charts.js';
import { compact, formatTime } from './format.js';
import { type Html, html, named } from './html.js';

interface Figure {
  readonly title: string;
  readonly of: (counts: Counts) => number;
  readonly format: (value: number) => string;
  /** The unit of the axis, given the largest figure. */
  readonly axis: (most: number) => AxisUnit;
}

/** What is shown of a run that has ended. */
interface Counts {
  readonly durationMs: number;
  readonly requests: number;
  readonly rows: number;
}

const FIGURES: readonly Figure[] = [
  { title: 'Duration', of: ({ durationMs }) => durationMs, format: formatDuration, axis: durationUnit },
  { title: 'Requests', of: ({ requests }) => requests, format: formatNumber, axis: () => ({ factor: 1, suffix: '' }) },
  { title: 'Rows written', of: ({ rows }) => rows, format: formatNumber, axis: () => ({ factor: 1, suffix: '' }) },
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
<div class="scroll"><table class="list"><thead><tr><th class="n left">Started</th><th class="wideonly">Scope</th><th>Status</th>${FIGURES.map(({ title }) => html`<th class="n">${title}</th>`)}</tr></thead>
<tbody>${runs.map(runRow)}</tbody></table></div></details>
</section>`;
}

function runRow(run: RunRow): Html {
  const counts = countsOf(run);
  return html`<tr><td class="n left">${formatTime(run.startedAt)}</td><td class="wideonly">${named(run.scope)}</td><td>${run.status}</td>${FIGURES.map(
    ({ of, format }) => html`<td class="n">${counts === null ? '–' : format(of(counts))}</td>`,
  )}</tr>
`;
}

function runsChart(runs: readonly RunRow[], { title, of, format, axis }: Figure): Html {
  const ended = runs.toReversed().map((run, index) => ({ run, place: index, value: figureOf(run, of) }));
  const most = Math.max(1, ...ended.map(({ value }) => value ?? 0));
  const { factor, suffix } = axis(most);
  const labelled =
    ended.length < 4 ? ended : [0, 1, 2].map((third) => ended[Math.round((third * (ended.length - 1)) / 2)]);
  const places = labelled.flatMap((each) => each?.place ?? []);
  return chart({
    label: `${title} of the last ${runs.length} runs: at most ${format(most)}`,
    width: WIDTHS.three,
    height: 130,
    x: { type: 'band', domain: ended.map(({ place }) => place), padding: 0.25 },
    y: { domain: [0, most * factor], nice: 2 },
    marks: [
      ...axisLeft(3, (value) => `${compact(value)}${suffix}`),
      axisBottom(places, (place) => dayOfYear(ended[place]?.run.startedAt.slice(0, 10) ?? '')),
      Plot.barY(
        ended.filter(({ value }) => value !== null),
        {
          x: 'place',
          y: ({ value }: { value: number }) => value * factor,
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

function durationUnit(most: number): AxisUnit {
  if (most < 2 * MINUTE_MS) return { factor: 1 / 1000, suffix: ' s' };
  return most < 2 * HOUR_MS ? { factor: 1 / MINUTE_MS, suffix: ' min' } : { factor: 1 / HOUR_MS, suffix: ' h' };
}
