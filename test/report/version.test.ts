import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { versionWarning } from '../../src/report/version.js';

const NOW = new Date('2026-11-22T23:59:59Z');

it.each([
  ['facebook', { META_GRAPH_VERSION: 'v21.0' }, 'API version v21.0 ends on 2027-01-21: set META_GRAPH_VERSION'],
  ['linkedin', { LINKEDIN_VERSION: '202511' }, 'API version 202511 ended on 2026-11-16: set LINKEDIN_VERSION'],
  ['linkedin', { LINKEDIN_VERSION: '202601' }, 'API version 202601 ends on 2027-01-15: set LINKEDIN_VERSION'],
  ['linkedin', { LINKEDIN_VERSION: '202602' }, null],
  ['linkedin', { LINKEDIN_VERSION: '202612' }, null],
  ['facebook', { META_GRAPH_VERSION: 'v26.0' }, null],
  ['youtube', {}, null],
])('warns about an API version 60 days before its end: %s with %j', (name, environment, expected) => {
  const platform = createPlatforms(loadConfig(environment)).get(name);
  if (!platform) throw new Error('no such platform');
  const warning = versionWarning(platform, NOW);
  if (expected === null) expect(warning).toBeNull();
  else expect(warning).toContain(expected);
});

it('gives platforms that share an API the same warning, so that it appears once', () => {
  const platforms = createPlatforms(loadConfig({ META_GRAPH_VERSION: 'v21.0' }));
  const said = ['instagram', 'facebook'].map((name) => {
    const platform = platforms.get(name);
    return platform && versionWarning(platform, NOW);
  });
  expect(new Set(said).size).toBe(1);
});
