import { expect, test } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { type PlatformFacts, platformJson, renderPlatforms } from '../../../src/cli/render/platforms.js';
import { loadConfig } from '../../../src/config.js';
import { createPlatforms, platformNames } from '../../../src/platforms/registry.js';

const NOW = new Date('2026-11-22T12:00:00Z');

const platform: PlatformFacts = {
  name: 'any',
  api: 'any_api',
  day: { timeZone: 'UTC', settlesAfterHours: 48, reachDays: 30, asks: 'day' },
  version: { name: 'v1', endsOn: '2027-01-01', variable: 'ANY_VERSION' },
  renewsTokens: true,
  endsByDate: () => true,
  storageRule: 'may be kept for one year',
  metrics: [
    { name: 'views', apiName: 'views', unit: 'count', aggregate: 'sum', meaning: 'Times shown' },
    {
      name: 'impressions',
      apiName: 'views',
      unit: 'count',
      aggregate: 'sum',
      aliasOf: 'views',
      approximate: true,
      meaning: 'The retired name',
    },
  ],
};

test('warns about an API version that ends soon', () => {
  expect(renderPlatforms([platform], NOW, noColors)).toMatchInlineSnapshot(`
    "any
      API version v1 ends on 2027-01-01: set ANY_VERSION to a newer version
      day      from midnight to midnight in UTC, settled 48 hours after it ends
      storage  may be kept for one year

      metric       unit   aggregate  meaning
      views        count  sum        Times shown
      impressions  count  sum        The retired name
    "
  `);
});

test('lists the metrics of a platform in JSON', () => {
  expect(platformJson(platform, NOW).metrics).toMatchObject([
    { name: 'views', unit: 'count', aggregate: 'sum', period: 'day', alias_of: null, approximate: false },
    { name: 'impressions', aggregate: 'sum', alias_of: 'views', approximate: true },
  ]);
});

test('lists every configured platform in JSON and in text, without version warnings', () => {
  const platforms = [...createPlatforms(loadConfig({})).values()];
  const documents = platforms.map((each) => platformJson(each, NOW));
  expect(documents.map((document) => document.platform)).toEqual(platformNames);
  for (const document of documents) {
    expect(document.version.warning).toBeNull();
    expect(new Set(document.metrics.map(({ name }) => name)).size).toBe(document.metrics.length);
    for (const metric of document.metrics) expect(Object.values(metric)).not.toContain('');
  }
  expect(renderPlatforms(platforms, NOW, noColors)).toContain('version  v2, no end date known');
});
