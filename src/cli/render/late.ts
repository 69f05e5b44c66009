import { count, formatNumber, shorten } from '../../text.js';
import type { Series, SeriesDay, SimulatedRun } from '../simulate.js';
import type { Colors } from './colors.js';
import { cleanText } from './text.js';

const MOST_COLUMNS = 80;
/** Wide enough for the longest `PLATFORM METRIC`, and for a value with its mark. */
const LABEL_WIDTH = 27;
const CELL_WIDTH = 7;

/** One line that introduces the simulation. */
export function renderNotice(runs: number): string {
  return `Sandbox: ${runs} simulated days of made-up accounts; nothing is real or kept.\n`;
}

/** Printed before the first run. */
export function renderIntroduction(runs: number): string {
  return [
    renderNotice(runs),
    'The platforms report late and correct their values. After each daily run at\n',
    '09:00 UTC, this is what analytics_snapshots holds for the last seven days:\n\n',
    '  ~  provisional: may still change    *  settled, after a correction\n',
    '  ·  no value                            no mark: settled without a correction\n\n',
  ].join('');
}

/** The table after a run, and what the run did. `number` counts from 1. */
export function renderRun({ at, summary, table }: SimulatedRun, number: number, colors: Colors): string {
  const title = `run ${number}, ${at.slice(0, 10)}`;
  const dates = (table[0]?.days ?? []).map(({ date }) => `${date.slice(5)} `.padStart(CELL_WIDTH));
  const { metrics, days, warnings } = summary;
  const open = [
    `${formatNumber(days.pending)} pending`,
    ...(days.no_data > 0 ? [`${formatNumber(days.no_data)} without data`] : []),
  ];
  return [
    colors.bold(`${title.padEnd(LABEL_WIDTH)}${dates.join('')}`.trimEnd()),
    ...table.map((series) => `${labelOf(series).padEnd(LABEL_WIDTH)}${cells(series, colors)}`.trimEnd()),
    `  ${formatNumber(metrics.inserted)} inserted, ${formatNumber(metrics.updated)} updated; days: ${open.join(', ')}`,
    ...warnings.map((warning) => colors.yellow(`  ${shorten(cleanText(`warning: ${warning}`), MOST_COLUMNS - 2)}`)),
    '',
    '',
  ].join('\n');
}

function labelOf({ platform, metric }: Pick<Series, 'platform' | 'metric'>): string {
  return `${platform} ${metric}`;
}

function cells({ days }: Series, colors: Colors): string {
  return days
    .map((day) => {
      const text = `${day.value ?? '·'}${markOf(day)}`.padStart(CELL_WIDTH);
      if (day.value === null) return colors.dim(text);
      if (day.state === 'provisional') return colors.yellow(text);
      return day.first === null ? text : colors.green(text);
    })
    .join('');
}

function markOf({ state, first }: SeriesDay): string {
  if (state === 'provisional') return '~';
  return first === null ? ' ' : '*';
}

/** The history of one value: what it was after each run that showed its day. */
interface History {
  readonly name: string;
  /** One per run, starting with the run that first found it; null if it was missing again. */
  readonly values: readonly (number | null)[];
  /** How many earlier runs showed its day without a value. */
  readonly waited: number;
  readonly settled: boolean;
}

/** What was seen over all runs, and what to try next. */
export function renderSeen(runs: readonly SimulatedRun[]): string {
  const histories = historiesOf(runs);
  const raised = histories.filter(({ values }) => rise(values) > 0);
  const lowered = histories.filter(({ values }) => rise(values) < 0);
  const number = (some: readonly History[]) => formatNumber(some.length);
  const gone = histories.filter(({ values }) => values.includes(null));
  const missing = histories.filter(({ waited }) => waited > 0);
  const settled = histories.filter((history) => history.settled);
  return [
    `${count(histories.length, 'value')} seen: ${number(missing)} missing at first, ${number(raised)} corrected upwards, ${number(lowered)} downwards,`,
    `${number(settled)} settled by now, ${gone.length > 0 ? number(gone) : 'none'} removed. For example:`,
    ...[raised, lowered].flatMap((alike) => longest(alike)).map((history) => `  ${story(history)}`),
    '',
    'Next, see what failures look like: analytics-collect collect --sandbox faulty',
    '',
  ].join('\n');
}

function historiesOf(runs: readonly SimulatedRun[]): History[] {
  const sightings = new Map<string, SeriesDay[]>();
  for (const series of runs.flatMap(({ table }) => table)) {
    for (const day of series.days) {
      const name = `${labelOf(series)} of ${day.date}`;
      sightings.set(name, [...(sightings.get(name) ?? []), day]);
    }
  }
  return [...sightings].flatMap(([name, days]) => {
    const waited = days.findIndex(({ value }) => value !== null);
    if (waited < 0) return [];
    const settled = days.at(-1)?.state === 'settled';
    return [{ name, values: days.slice(waited).map(({ value }) => value), waited, settled }];
  });
}

/** By how much the last value is above the first. */
function rise(values: History['values']): number {
  return (values.findLast((value) => value !== null) ?? 0) - (values[0] ?? 0);
}

/** The most interesting one. */
function longest(histories: readonly History[]): History[] {
  return histories.toSorted((a, b) => interest(b) - interest(a)).slice(0, 1);
}

function interest(history: History): number {
  return stepsOf(history).length + Number(history.settled) + Number(history.waited > 0);
}

function stepsOf({ values }: History): (number | null)[] {
  return values.filter((value, index) => index === 0 || value !== values[index - 1]);
}

/** `youtube views of 2026-11-18: no value, 10321, settled at 9737` */
function story(history: History): string {
  const steps = stepsOf(history).map((value) => (value === null ? 'no value' : String(value)));
  const all = history.waited > 0 ? ['no value', ...steps] : steps;
  return `${history.name}: ${all.slice(0, -1).join(', ')}, ${history.settled ? 'settled at' : 'now'} ${all.at(-1)}`;
}
