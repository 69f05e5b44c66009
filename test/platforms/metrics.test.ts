import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';

const PLATFORMS = [...createPlatforms(loadConfig({})).values()];

describe.each(PLATFORMS.map(({ name, metrics }) => ({ name, metrics })))('the metrics of $name', ({ metrics }) => {
  const find = (wanted: string | undefined) => metrics.find(({ name }) => name === wanted);

  it('have unique names', () => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  });

  it('have the same properties under a retired name as under the current one', () => {
    for (const { aliasOf, apiName, unit, aggregate, period } of metrics) {
      if (aliasOf === undefined) continue;
      expect(find(aliasOf)).toMatchObject({ unit, aggregate });
      expect(apiName).toBeUndefined();
      expect(find(aliasOf)?.period).toBe(period);
      expect(find(aliasOf)).not.toHaveProperty('aliasOf');
    }
  });

  it("give the API's name only if it differs", () => {
    for (const { name, apiName } of metrics) expect(apiName).not.toBe(name);
  });

  it('are approximate only under a retired name', () => {
    for (const { aliasOf, approximate } of metrics) if (approximate) expect(aliasOf).toBeDefined();
  });

  it('cannot be summed if they are averages, ratios or people of several days', () => {
    for (const { unit, period, aggregate } of metrics)
      if (['seconds', 'percent', 'ratio'].includes(unit) || period === 'week' || period === 'days_28')
        expect(aggregate).toBe('none');
  });

  it('are levels if the platform gives them as of now', () => {
    for (const { period, aggregate } of metrics) if (period === 'lifetime') expect(aggregate).toBe('last');
  });
});

it('approximate metrics are those that Meta retired without a successor', () => {
  const approximate = PLATFORMS.flatMap(({ metrics }) => metrics.filter((metric) => metric.approximate));
  expect(approximate.map(({ name }) => name)).toEqual(['page_engaged_users', 'page_views']);
});
