import * as Plot from '@observablehq/plot';
import { formatNumber } from '../../text.js';
import { axisBottom, axisLeft, chart } from './charts.js';
import { formatRatio, formatShare } from './format.js';
import { type Html, html, named } from './html.js';
import type { Settling } from './settling.js';

const DAY_HOURS = 24;

/** How values settle on each platform. */
export function settlingSection(platforms: readonly Settling[], scope: string): Html {
  return html`<section id="settling">
<h2>How values settle</h2>
<p class="lead">How far the first value was from the final one, by hours since the day's end; the average over values that
the platform corrected. The red line marks when a day counts as settled.</p>
${
  platforms.length === 0
    ? html`<p class="none">No day has settled yet.</p>`
    : html`<div class="charts">${platforms.map(settlingFigure)}</div>`
}
<p class="note">Measured on ${scope}. Only the first and the last value are kept, so earlier corrections count as made with the last
one.</p>
</section>`;
}

function settlingFigure(settling: Settling): Html {
  const { platform, settled, corrected, distances } = settling;
  return html`<figure>
<figcaption><b>${named(platform)}</b> <span>${formatNumber(corrected)} of ${formatNumber(settled)} settled values corrected (${formatShare(corrected, settled)})</span></figcaption>
${distances.length === 0 ? html`<p class="none">Too few corrections to draw.</p>` : settlingChart(settling)}
</figure>`;
}

function settlingChart({ platform, settlesAfterHours, distances }: Settling): Html {
  const moved = distances.findLastIndex(({ distance }) => distance > 0.0005);
  const until = Math.max(settlesAfterHours, distances[moved]?.hour ?? 0) + DAY_HOURS / 2;
  const most = Math.max(0.01, ...distances.map(({ distance }) => distance));
  const first = distances[0];
  const every = until > 5 * DAY_HOURS ? 2 * DAY_HOURS : DAY_HOURS;
  const ticks = Array.from({ length: Math.floor(until / every) + 1 }, (_, index) => index * every);
  return chart({
    label: `Mean distance of ${platform}'s corrected values from their final ones: ${formatRatio(most)} at most, from hour ${first?.hour ?? 0} on`,
    height: 110,
    x: { domain: [0, until] },
    y: { domain: [0, most], nice: 2 },
    marks: [
      ...axisLeft(3, (value) => `${Math.round(value * 1000) / 10} %`),
      axisBottom(ticks, (hour) => `${hour} h`),
      Plot.ruleX([settlesAfterHours], { stroke: 'var(--bad)' }),
      Plot.areaY(
        distances.filter(({ hour }) => hour <= until),
        { x: 'hour', y: 'distance', curve: 'step-after', fill: 'var(--line)', fillOpacity: 0.1 },
      ),
      Plot.lineY(
        distances.filter(({ hour }) => hour <= until),
        { x: 'hour', y: 'distance', curve: 'step-after', stroke: 'var(--line)' },
      ),
    ],
  });
}
