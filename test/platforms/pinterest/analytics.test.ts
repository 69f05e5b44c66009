import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { resultsFrom } from '../../../src/platforms/pinterest/analytics.js';

const DATE = '2026-11-20';
const DAY = dayOf(DATE, 'UTC');

function resultOf(element: object) {
  const days = [
    { date: '2026-11-19', data_status: 'READY', metrics: { SAVE: 1 } },
    { date: DATE, ...element },
  ];
  return resultsFrom({ all: { summary_metrics: { SAVE: 3 }, daily_metrics: days } }, [DAY])[0];
}

const VALUES = [{ metric: 'save', value: 2 }];

describe('a day', () => {
  it.each([
    ['READY', true],
    ['ESTIMATE', false],
    ['PROCESSING', false],
    ['IN_BAD_TAG_DATE', false],
    ['A_STATUS_OF_NEXT_YEAR', false],
  ])('with the status %s is final: %s, at any age', (data_status, final) => {
    expect(resultOf({ data_status, metrics: { SAVE: 2 } })).toEqual({
      date: DATE,
      kind: 'collected',
      values: VALUES,
      final,
    });
    expect(resultOf({ data_status, metrics: {} })).toEqual({ date: DATE, kind: 'no_data', final });
  });

  it.each(['BEFORE_BUSINESS_CREATED', 'BEFORE_DATA_RETENTION_PERIOD', 'BEFORE_A_METRIC_OF_NEXT_YEAR'])(
    'with the status %s will never have data, even if zeros are given',
    (data_status) => {
      const never = { date: DATE, kind: 'no_data', final: true };
      expect(resultOf({ data_status, metrics: {} })).toEqual(never);
      expect(resultOf({ data_status, metrics: { IMPRESSION: 0 } })).toEqual(never);
    },
  );

  it('without a status, or missing from the answer, settles by its age', () => {
    expect(resultOf({ metrics: { SAVE: 2 } })).toEqual({ date: DATE, kind: 'collected', values: VALUES });
    expect(resultOf({ date: '2026-11-18', data_status: 'READY', metrics: {} })).toEqual({
      date: DATE,
      kind: 'no_data',
    });
  });

  it('has the counts under names in lower snake case, without rates and unknown metrics', () => {
    const metrics = { IMPRESSION: 120, SAVE: 9, PIN_CLICK: 17, OUTBOUND_CLICK: 11, ENGAGEMENT: 37 };
    const others = { SAVE_RATE: 0.075, CLOSEUP: 4, QUARTILE_95_PERCENT_VIEW: 1.5, NEXT_YEAR: 'words' };
    const result = resultOf({ data_status: 'READY', metrics: { ...metrics, ...others } });
    const values = result?.kind === 'collected' ? result.values : [];
    expect(Object.fromEntries(values.map(({ metric, value }) => [metric, value]))).toEqual({
      impression: 120,
      save: 9,
      pin_click: 17,
      outbound_click: 11,
      engagement: 37,
    });
  });

  it('that cannot be read fails alone, and keeps the values that can', () => {
    expect(resultOf({ data_status: 'READY', metrics: { SAVE: 2, IMPRESSION: 'many' } })).toMatchObject({
      kind: 'failed',
      error: { reason: 'unexpected_response', message: expect.stringContaining('IMPRESSION') },
      values: VALUES,
    });
    expect(resultOf({ data_status: 'READY', metrics: [] })).toMatchObject({ kind: 'failed', values: [] });
  });
});

it.each([[{}], [{ all: { summary_metrics: {} } }], [{ all: { daily_metrics: [{ metrics: {} }] } }]])(
  'refuses %j, which contains no day',
  (json) => {
    expect(() => resultsFrom(json, [DAY])).toThrow(expect.objectContaining({ reason: 'unexpected_response' }));
  },
);
