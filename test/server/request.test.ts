import { expect, it } from 'vitest';
import { parseTrigger } from '../../src/server/request.js';

const TODAY = '2026-11-22';
const KNOWN = ['instagram', 'youtube', 'own'];
const EVERYTHING_DUE = {
  ok: true,
  request: { trigger: 'http', selection: { kind: 'all' }, window: { kind: 'lookback', days: 7 } },
};

it.each([
  ['nothing', ''],
  ['an empty object', '{}'],
  [
    'what an older pg_cron job sends',
    '{"job": "daily_analytics_collection", "triggered_by": "pg_cron", "timestamp": "2026-11-22 02:00:00+00"}',
  ],
])('%s asks for everything that is due', (_, body) => {
  expect(parseTrigger(body, TODAY, KNOWN)).toEqual(EVERYTHING_DUE);
});

it('accepts a user, a date and platforms', () => {
  expect(
    parseTrigger('{"user": " u1 ", "date": "2026-11-22", "platforms": ["instagram", "own"]}', TODAY, KNOWN),
  ).toEqual({
    ok: true,
    request: {
      trigger: 'http',
      selection: { kind: 'user', userId: 'u1' },
      window: { kind: 'day', date: '2026-11-22' },
      platforms: ['instagram', 'own'],
    },
  });
});

it.each([
  ['{"user": ""}', 'user'],
  ['{"user": 5}', 'user'],
  ['{"date": "2026-02-30"}', 'date'],
  ['{"date": "2026-11-23"}', 'date'],
  ['{"date": null}', 'date'],
  ['{"platforms": ["instagram", "myspace"]}', 'platforms'],
  ['{"platforms": "instagram"}', 'platforms'],
  ['{"platforms": []}', 'platforms'],
  // Passed over, it would collect everything, and its sender would not notice.
  ['{"platform": "instagram"}', 'platform'],
  ['[]', null],
  ['null', null],
  ['"now"', null],
  ['{"user": ', null],
])('%s is refused because of its field %s', (body, field) => {
  expect(parseTrigger(body, TODAY, KNOWN)).toEqual({ ok: false, field, problem: expect.stringMatching(/\w/) });
});
