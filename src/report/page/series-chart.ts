import * as Plot from '@observablehq/plot';
import { DAY_MS, MINUTE_MS } from '../../clock.js';
import type { MetricInfo } from '../../platforms/contract.js';
import { count, dayOfYear } from '../../text.js';
import { breaksWithin } from './change.js';
import { type AxisUnit, axisBottom, axisLeft, chart } from './charts.js';
import { compact, formatPoint, formatValue, precise } from './format.js';
import type { Html } from './html.js';
import type { Point, Series } from './series.js';

const HALF_DAY_MS = DAY_MS / 2;
const WEEK = 7;
/** How many dates fit under a chart. */
const MOST_LABELS = 4;

/** A metric by day: with a gap for each day without a value, dashed for values that have not settled. */
export function seriesChart(series: Series): Html {
  const { metric } = series;
  const { factor, suffix } = axisUnit(series);
  const points = series.points.map((point) => ({
    ...point,
    value: point.value === null ? null : point.value * factor,
  }));
  const [first, last] = [points[0], points.at(-1)];
  const isLevel = metric.aggregate === 'last';
  // Days before the first value are no gaps: none may have been expected.
  const begin = points.findIndex(({ value }) => value !== null);
  const band = { x1: dayStart, x2: dayEnd };
  return chart({
    label: describe(series),
    x: { type: 'utc', domain: first && last ? [dayStart(first), dayEnd(last)] : [] },
    y: { nice: 2, zero: !isLevel, domain: yDomain(points, isLevel) },
    marks: [
      Plot.rect(
        points.slice(begin).filter(({ value }) => value === null),
        { ...band, fill: 'var(--gap)', shapeRendering: 'crispEdges' },
      ),
      ...axisLeft(2, (value) => `${(isLevel ? precise : compact)(value)}${suffix}`),
      axisBottom(labelled(points).map(noon), (date) => dayOfYear(date.toISOString().slice(0, 10))),
      ...(isLevel ? [] : [Plot.areaY(points, { x: noon, y1: 0, y2: known, fill: 'var(--line)', fillOpacity: 0.1 })]),
      Plot.lineY(unsettledRuns(points), { x: noon, y: known, stroke: 'var(--line)', strokeDasharray: '2 3' }),
      Plot.lineY(points, {
        x: noon,
        y: (point: Point) => (point.settled ? known(point) : Number.NaN),
        stroke: 'var(--line)',
      }),
      Plot.dot(points.filter(isAlone(points)), { x: noon, y: known, r: 1.5, fill: 'var(--line)' }),
      Plot.dot(
        points.filter(({ value, settled }) => value !== null && !settled),
        { x: noon, y: known, r: 2, fill: 'var(--paper)', stroke: 'var(--line)', strokeWidth: 1 },
      ),
      Plot.ruleX(
        breaksWithin(series).map(({ from }) => new Date(`${from}T00:00:00Z`)),
        { stroke: 'var(--bad)', strokeDasharray: '3 2' },
      ),
      Plot.rect(series.points, {
        ...band,
        fill: 'transparent',
        title: (point: Point) => formatPoint(point, metric.unit),
      }),
    ],
  });
}

function describe({ metric, points }: Series): string {
  const values = points.flatMap(({ value }) => value ?? []);
  const [first, last] = [points[0]?.date ?? '', points.at(-1)?.date ?? ''];
  const gaps = points.length - values.length;
  const provisional = points.filter(({ value, settled }) => value !== null && !settled).length;
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => formatValue(value, metric.unit));
  return [
    `${metric.main} by day, ${dayOfYear(first)} to ${dayOfYear(last)}: from ${least} to ${most}`,
    ...(gaps > 0 ? [`${count(gaps, 'day')} without a value`] : []),
    ...(provisional > 0 ? [`${count(provisional, 'day')} provisional`] : []),
  ].join('; ');
}

const AXIS_UNITS: Readonly<Record<MetricInfo['unit'], AxisUnit>> = {
  count: { factor: 1, suffix: '' },
  accounts: { factor: 1, suffix: '' },
  minutes: { factor: 1, suffix: ' min' },
  seconds: { factor: 1, suffix: ' s' },
  milliseconds: { factor: 1 / MINUTE_MS, suffix: ' min' },
  percent: { factor: 1, suffix: ' %' },
  ratio: { factor: 100, suffix: ' %' },
};

/** The unit of the axis, in which its steps are round: hours for long times. */
function axisUnit({ metric, points }: Series): AxisUnit {
  const unit = AXIS_UNITS[metric.unit];
  const most = Math.max(...points.map(({ value }) => (value ?? 0) * unit.factor));
  return unit.suffix === ' min' && most > 120 ? { factor: unit.factor / 60, suffix: ' h' } : unit;
}

function noon({ date }: Point): Date {
  return new Date(Date.parse(`${date}T00:00:00Z`) + HALF_DAY_MS);
}

function dayStart({ date }: Point): Date {
  return new Date(`${date}T00:00:00Z`);
}

function dayEnd(point: Point): Date {
  return new Date(dayStart(point).getTime() + DAY_MS);
}

function known({ value }: Point): number {
  return value ?? Number.NaN;
}

/** From zero for counts; around its values for a level, which may change little. */
function yDomain(points: readonly Point[], isLevel: boolean): [number, number] {
  const values = points.flatMap(({ value }) => value ?? []);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!isLevel) return [Math.min(0, least), Math.max(1, most)];
  const room = Math.max((most - least) * 0.1, 1);
  return [Math.max(0, least - room), most + room];
}

/** Only values that have not settled, and their neighbours, so that the dashed line reaches them. */
function unsettledRuns(points: readonly Point[]): Point[] {
  const isOpen = (point: Point | undefined) => point !== undefined && point.value !== null && !point.settled;
  return points.map((point, index) =>
    [points[index - 1], point, points[index + 1]].some(isOpen) ? point : { ...point, value: null },
  );
}

/** Whether a settled value has no settled neighbour to draw a line to. */
function isAlone(points: readonly Point[]): (point: Point, index: number) => boolean {
  const isGap = (point: Point | undefined) => point === undefined || point.value === null;
  return (point, index) =>
    point.value !== null && point.settled && isGap(points[index - 1]) && isGap(points[index + 1]);
}

/** The days that get a date label: whole weeks apart. */
function labelled(points: readonly Point[]): Point[] {
  const step = WEEK * Math.ceil(points.length / WEEK / MOST_LABELS);
  return points.filter((_, index) => (index - Math.floor(step / 2)) % step === 0);
}
