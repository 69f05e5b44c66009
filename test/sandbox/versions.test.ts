import { expect, it } from 'vitest';
import { graphVersions, isLinkedinVersion, newestVersions } from '../../src/sandbox/versions.js';

it.each([
  ['2026-11-25T09:00:00Z', { oldest: 21, newest: 27 }],
  ['2027-07-01T00:00:00Z', { oldest: 23, newest: 29 }],
  ['2031-01-01T00:00:00Z', { oldest: 33, newest: 39 }],
])('has three new Graph API versions a year at %s, each for two years', (now, versions) => {
  expect(graphVersions(Date.parse(now))).toEqual(versions);
});

it.each([
  ['202611', true],
  ['202512', true],
  ['202511', false],
  ['202612', true],
  ['202613', false],
  ['latest', false],
])('LinkedIn answers %s in November 2026: %s', (version, isAnswered) => {
  expect(isLinkedinVersion(version, Date.parse('2026-11-25T09:00:00Z'))).toBe(isAnswered);
});

it('supports the newest versions for another year', () => {
  const chosen = newestVersions(new Date('2026-12-31T23:59:59Z'));
  expect(chosen).toEqual({ META_GRAPH_VERSION: 'v27.0', LINKEDIN_VERSION: '202612' });
  const later = Date.parse('2027-11-30T00:00:00Z');
  expect(isLinkedinVersion(chosen.LINKEDIN_VERSION, later)).toBe(true);
  expect(graphVersions(later).oldest).toBeLessThanOrEqual(27);
});
