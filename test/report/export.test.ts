import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import type { MetricInfo } from '../../src/platforms/contract.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { accountDays, metricColumns, missingMetric } from '../../src/report/export.js';
import type { StoredValue } from '../../src/store/values.js';
import { storedValue } from '../support/values.js';

async function* pagesOf(values: readonly StoredValue[], size: number) {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

async function daysOf(values: readonly StoredValue[], size: number) {
  const days = [];
  for await (const page of accountDays(pagesOf(values, size))) days.push(...page);
  return days.map(({ account, date, settled, values }) => ({
    key: `${account.accountId} ${date}`,
    settled,
    values: Object.fromEntries(values),
  }));
}

it.each([1, 2, 3, 100])('a day of an account is one row, however pages of %d values divide it', async (size) => {
  const values = [
    storedValue({ metric: 'likes', exactValue: '1' }),
    storedValue({ metric: 'reach', exactValue: '2', settled: false }),
    storedValue({ metric: 'likes', date: '2026-11-21', exactValue: '3' }),
    storedValue({ account: { id: 2, accountId: 'other' }, metric: 'likes', date: '2026-11-21', exactValue: '4' }),
  ];
  expect(await daysOf(values, size)).toEqual([
    { key: 'account 2026-11-20', settled: false, values: { likes: '1', reach: '2' } },
    { key: 'account 2026-11-21', settled: true, values: { likes: '3' } },
    { key: 'other 2026-11-21', settled: true, values: { likes: '4' } },
  ]);
});

const metric = (name: string, aliasOf?: string) => ({ name, ...(aliasOf && { aliasOf }) }) as MetricInfo;
const KNOWN = new Map([
  ['one', { metrics: [metric('views'), metric('likes'), metric('impressions', 'views')] }],
  ['two', { metrics: [metric('likes'), metric('clicks')] }],
]);
const ALL = { platforms: null, metrics: null, withAliases: false };

it('columns are the metrics of the selected platforms in their order, then others that are named', () => {
  expect(metricColumns(KNOWN, ALL)).toEqual(['views', 'likes', 'clicks']);
  expect(metricColumns(KNOWN, { ...ALL, withAliases: true })).toEqual(['views', 'likes', 'impressions', 'clicks']);
  expect(metricColumns(KNOWN, { ...ALL, platforms: ['two'] })).toEqual(['likes', 'clicks']);
  expect(metricColumns(KNOWN, { ...ALL, metrics: ['own', 'clicks', 'views'] })).toEqual(['views', 'clicks', 'own']);
});

it('a metric without values is explained: retired, misspelled, unknown, not collected', () => {
  const told = ['impressions', 'viws', 'something', 'views'].map((name) => missingMetric(KNOWN, name, ALL));
  expect(told).toEqual([
    'It is a retired name of views: add --with-aliases, or name that.',
    'Did you mean views?',
    'See analytics-collect platforms for the names.',
    'None were collected.',
  ]);
  expect(missingMetric(KNOWN, 'views', { ...ALL, platforms: ['other'] })).toMatch(/^It is a metric of /);
});

it('no built-in metric has the name of another column', () => {
  const names = metricColumns(createPlatforms(loadConfig({})), { ...ALL, withAliases: true });
  expect(names.filter((name) => ['user_id', 'platform', 'account_id', 'date', 'settled'].includes(name))).toEqual([]);
});
