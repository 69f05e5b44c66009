import { describe, expect, it } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { renderIntroduction, renderRun, renderSeen } from '../../../src/cli/render/late.js';
import type { SeriesDay, SimulatedRun } from '../../../src/cli/simulate.js';
import { summary } from './samples.js';

const NOTHING = { value: null, state: null, first: null } as const;
const provisional = (value: number, first: number | null = null) => ({ value, state: 'provisional', first }) as const;
const settled = (value: number, first: number | null = null) => ({ value, state: 'settled', first }) as const;

type Cell = Omit<SeriesDay, 'date'>;

function run(day: number, views: readonly Cell[], clicks: readonly Cell[] = []): SimulatedRun {
  const days = (cells: readonly Cell[]) => cells.map((cell, index) => ({ date: `2026-11-0${index + 1}`, ...cell }));
  return {
    at: `2026-11-0${day}T09:00:00.000Z`,
    summary: summary({
      days: { planned: 9, settled: 2, provisional: 2, pending: 3, no_data: 2, failed: 0, skipped: 0, not_reached: 0 },
      metrics: { inserted: 1_234, updated: 56, unchanged: 7, foreign: 0 },
      warnings: day === 4 ? [`youtube: ${'too long to be told in one line of a terminal '.repeat(3)}`] : [],
    }),
    table: [
      { platform: 'youtube', account_id: 'UC1', metric: 'views', days: days(views) },
      { platform: 'linkedin', account_id: '7', metric: 'clickCount', days: days(clicks) },
    ],
  };
}

const RUNS = [
  run(4, [settled(9_000), provisional(24_000), NOTHING], [NOTHING, NOTHING, NOTHING]),
  run(5, [settled(9_000), settled(21_000, 24_000), NOTHING], [provisional(5), NOTHING, NOTHING]),
  run(6, [settled(9_000), settled(21_000, 24_000), provisional(30)], [settled(8, 5), NOTHING, NOTHING]),
];
const [first, second] = RUNS;
if (!first || !second) throw new Error('no runs');

describe('a run', () => {
  it('is a table with marks after provisional and corrected values', () => {
    expect(renderRun(second, 2, noColors).split('\n')).toEqual([
      'run 2, 2026-11-05           11-01  11-02  11-03',
      'youtube views                9000  21000*     ·',
      'linkedin clickCount             5~     ·      ·',
      '  1,234 inserted, 56 updated; days: 3 pending, 2 without data',
      '',
      '',
    ]);
  });

  it('shows each warning on one line', () => {
    const lines = renderRun(first, 1, noColors).split('\n');
    expect(lines[4]).toMatch(/^ {2}warning: youtube: too long .*…$/);
    expect(lines[4]).toHaveLength(80);
  });
});

it('fits into 80 columns', () => {
  const week = {
    ...first,
    table: first.table.map((series) => ({
      ...series,
      metric: 'page_video_views',
      platform: 'facebook',
      days: Array(7).fill({ date: '2026-11-01', ...provisional(123_45) }),
    })),
  };
  const text = [renderIntroduction(10), renderRun(week, 10, noColors), renderSeen([...RUNS, week])].join('');
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

describe('the final summary', () => {
  it('counts the values by what happened to them, with an example of each kind', () => {
    expect(renderSeen(RUNS)).toBe(
      [
        '4 values seen: 2 missing at first, 1 corrected upwards, 1 downwards,',
        '3 settled by now, none removed. For example:',
        '  linkedin clickCount of 2026-11-01: no value, 5, settled at 8',
        '  youtube views of 2026-11-02: 24000, settled at 21000',
        '',
        'Next, see what failures look like: analytics-collect collect --sandbox faulty',
        '',
      ].join('\n'),
    );
  });

  it('counts removed values', () => {
    const gone = run(5, [NOTHING, settled(21_000), NOTHING], [NOTHING, NOTHING, NOTHING]);
    expect(renderSeen([first, gone])).toContain('1 removed');
  });
});
