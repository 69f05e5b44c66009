import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Html, raw } from './html.js';

const { document } = parseHTML('<!doctype html><html></html>');

/** The width of a drawn chart, about that of its column, to which the page scales it: three or four are in a row. */
export const WIDTHS = { four: 268, three: 368 } as const;

export type Chart = Pick<Plot.PlotOptions, 'x' | 'y' | 'marks' | 'height' | 'width'> & {
  /** What the chart shows, for those who cannot see it. */
  readonly label: string;
};

/** A chart as SVG. Its colours are variables of the page's style. */
export function chart({ label, ...options }: Chart): Html {
  const drawn = Plot.plot({
    width: WIDTHS.four,
    height: 92,
    marginTop: 8,
    marginRight: 6,
    marginBottom: 18,
    marginLeft: 46,
    ...options,
    document: document as never,
  });
  // The page's own style applies to all charts.
  drawn.querySelector('style')?.remove();
  for (const name of ['class', 'font-family', 'height']) drawn.removeAttribute(name);
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', label);
  return raw(drawn.outerHTML.replace(/(?<=[\s"(,MLHVA-][-]?\d+\.\d)\d+(?=[\s"),LMHVZ])/g, ''));
}

/** The unit of an axis: a figure times `factor`, followed by `suffix`. */
export interface AxisUnit {
  readonly factor: number;
  readonly suffix: string;
}

/** A quiet axis on the left, with lines across. */
export function axisLeft(ticks: number | readonly number[], tickFormat: (value: number) => string): Plot.Markish[] {
  const shared = { ticks: ticks as number };
  return [
    Plot.gridY({ ...shared, stroke: 'var(--rule)', strokeOpacity: 1 }),
    Plot.axisY({ ...shared, tickFormat, label: null, tickSize: 0, fill: 'var(--muted)' }),
  ];
}

/** A quiet axis at the bottom, with labels at the given places. */
export function axisBottom<T extends Date | number | string>(
  ticks: readonly T[],
  tickFormat: (value: T) => string,
): Plot.Markish {
  return Plot.axisX({
    ticks: ticks as never,
    tickFormat: tickFormat as never,
    label: null,
    tickSize: 3,
    fill: 'var(--muted)',
    stroke: 'var(--rule)',
  });
}
