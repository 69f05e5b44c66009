import { expect, test } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { renderExplanation } from '../../../src/cli/render/explain.js';
import type { DayExplanation } from '../../../src/store/explanation.js';

type Told = DayExplanation['metrics'][string];

function told(differing: Partial<Told> = {}): Told {
  return {
    state: 'final',
    sentence: 'The value of 1,234 is final.',
    reason: null,
    since: null,
    fix: null,
    due_at: null,
    value: 1234,
    first: null,
    revised_at: null,
    alias_of: null,
    breaks: [],
    ...differing,
  };
}

function day(differing: Partial<DayExplanation> = {}): DayExplanation {
  const { state, sentence, reason, since, fix, due_at } = told({ sentence: 'All 2 values are final.' });
  return {
    state,
    sentence,
    reason,
    since,
    fix,
    due_at,
    user_id: 'u1',
    platform: 'instagram',
    account_id: '178',
    account_name: 'Oslo Cycles',
    is_primary: true,
    date: '2026-11-21',
    notes: [],
    unknown: null,
    known: [],
    metrics: { views: told(), reach: told({ value: 7, sentence: 'The value of 7 is final.' }) },
    ...differing,
  };
}

const CORRECTED = told({
  state: 'corrected',
  value: 852,
  sentence: 'The value of 852 is final; it was 809 until instagram corrected it on 2026-11-22.',
});

test('shows the state of a day, its values, and one line for metrics with the same explanation', () => {
  const missing = told({ state: 'not_due', value: null, sentence: 'Not given yet.' });
  const metrics = {
    views: CORRECTED,
    unfollows: missing,
    follows: missing,
    reach: told(),
    impressions: told({ alias_of: 'views' }),
  };
  expect(
    renderExplanation(
      day({ state: 'corrected', sentence: '2 values: 1 corrected, 1 final; 2 not due.', metrics }),
      null,
      noColors,
    ),
  ).toMatchInlineSnapshot(`
    "instagram 178 (Oslo Cycles) of user u1, 2026-11-21
    2 values: 1 corrected, 1 final; 2 not due.

      metric     value  state
      follows           not due
      reach      1,234  final
      unfollows         not due
      views        852  corrected

    follows, unfollows: Not given yet.
    views: It is final; it was 809 until instagram corrected it on 2026-11-22.
    "
  `);
});

test('says why a day has no values, since when, and what to do', () => {
  const failed = {
    state: 'missing',
    sentence: 'The day could not be collected: needs_reconnect (the token has expired).',
    reason: 'needs_reconnect',
    since: '2026-11-20T02:00:00+00:00',
    fix: 'Let the user connect the account again.',
    due_at: null,
  } as const;
  const metrics = { views: told({ ...failed, value: null }) };
  const notes = ['analytics_snapshots holds account 179.'];
  expect(renderExplanation(day({ ...failed, metrics, notes }), null, noColors)).toMatchInlineSnapshot(`
    "instagram 178 (Oslo Cycles) of user u1, 2026-11-21
    The day could not be collected: needs_reconnect (the token has expired).

    reason  needs_reconnect
    since   2026-11-20 02:00 UTC
    to do   Let the user connect the account again.

    analytics_snapshots holds account 179.
    "
  `);
});

test('explains a single metric', () => {
  const text = renderExplanation(day({ metrics: { views: CORRECTED } }), 'views', noColors);
  expect(text).toMatchInlineSnapshot(`
    "instagram 178 (Oslo Cycles) of user u1, 2026-11-21, views
    The value of 852 is final; it was 809 until instagram corrected it on
    2026-11-22.
    "
  `);
});

test('fits 80 columns', () => {
  const sentence = 'It failed: '.repeat(30).trim();
  const names = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`metric_number_${n}`, told({ state: 'missing', value: null, sentence })]),
  );
  const text = renderExplanation(day({ metrics: names, fix: sentence, notes: [sentence] }), null, noColors);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
