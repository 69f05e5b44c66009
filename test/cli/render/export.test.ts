import { expect, it } from 'vitest';
import { CSV, NDJSON, WIDE_NDJSON, wideCsv } from '../../../src/cli/render/export.js';
import { storedValue } from '../../support/values.js';

const HUGE = '123456789012345678901234567890';

it.each(['=1+1', '+1', '-1', '@sum', '\ttab', '\rreturn', '＝1'])('no text of a CSV is a formula: %j', (text) => {
  const line = CSV.lines([storedValue({ account: { userId: text, accountId: text }, metric: text, unit: text })]);
  const cells = line.split(',').map((cell) => cell.replaceAll('"', '').trimEnd());
  expect(cells.filter((cell) => /^\s*[=+@\t\r＝]/.test(cell) || cell === '-1')).toEqual([]);
  expect(wideCsv([text]).header).toContain(`'${text}`);
});

it('numbers are written with all their digits, and negative ones are numbers', () => {
  for (const exactValue of ['-5', HUGE, '1.50', '0']) {
    const value = storedValue({ exactValue });
    const day = { ...value, values: new Map([['reach', exactValue]]) };
    expect(CSV.lines([value]).split(',')[5]).toBe(exactValue);
    expect(wideCsv(['reach']).lines([day])).toBe(`user,instagram,account,2026-11-20,true,${exactValue}\n`);
    expect(NDJSON.lines([value])).toContain(`"value":${exactValue},`);
    expect(WIDE_NDJSON.lines([day])).toContain(`"reach":${exactValue}}`);
  }
});

it('each line of NDJSON is the row, whatever its texts are', () => {
  const odd = 'a "quoted",\nname\u2028=';
  const value = storedValue({ account: { accountId: odd }, unit: null, settled: false });
  expect(JSON.parse(NDJSON.lines([value]))).toEqual({
    user_id: 'user',
    platform: 'instagram',
    account_id: odd,
    date: '2026-11-20',
    metric: 'reach',
    value: 1,
    unit: null,
    aggregate: 'sum',
    settled: false,
  });
  expect(NDJSON.lines([value, value]).split('\n')).toHaveLength(3);
  expect(JSON.parse(WIDE_NDJSON.lines([{ ...value, values: new Map([[odd, '2']]) }]))).toMatchObject({ [odd]: 2 });
});

it('an absent value is an empty cell, or no field', () => {
  const day = { ...storedValue(), values: new Map([['likes', '0']]) };
  expect(wideCsv(['reach', 'likes', 'views']).lines([day])).toBe('user,instagram,account,2026-11-20,true,,0,\n');
  expect(Object.keys(JSON.parse(WIDE_NDJSON.lines([day])))).toEqual([
    'user_id',
    'platform',
    'account_id',
    'date',
    'settled',
    'likes',
  ]);
});

it('a value without unit and aggregate has empty cells', () => {
  expect(CSV.lines([storedValue({ unit: null, aggregate: null })])).toBe(
    'user,instagram,account,2026-11-20,reach,1,,,true\n',
  );
});
