import { expect, it } from 'vitest';
import { judgeGraph } from '../../../src/platforms/meta/errors.js';

function judged(error: object, status = 400) {
  const verdict = judgeGraph({ status, headers: {}, json: { error } }, 'read_insights');
  return verdict.kind === 'accept' ? 'accepted' : `${verdict.kind} ${verdict.error.reason} ${verdict.error.scope}`;
}

it.each([
  [{ code: 190, error_subcode: 463 }, 'refuse needs_reconnect connection'],
  [{ code: 102 }, 'refuse needs_reconnect connection'],
  [{ code: 10 }, 'refuse missing_permission connection'],
  [{ code: 200 }, 'refuse missing_permission connection'],
  [{ code: 100, error_subcode: 33 }, 'refuse missing_permission connection'],
  [{ code: 4 }, 'rest throttled connection'],
  [{ code: 17, error_subcode: 2446079 }, 'retry throttled connection'],
  [{ code: 80002 }, 'retry throttled connection'],
  [{ code: 613 }, 'retry throttled connection'],
  [{ code: 368 }, 'refuse throttled connection'],
  [{ code: 1 }, 'retry platform_error day'],
  [{ code: 2 }, 'retry platform_error day'],
  [{ code: 9999, is_transient: true }, 'retry platform_error day'],
  [{ code: 9999 }, 'refuse platform_error day'],
  [{ code: 100, type: 'OAuthException' }, 'refuse unexpected_response day'],
  [{ code: 100, message: 'Invalid appsecret_proof provided in the API argument' }, 'refuse configuration platform'],
  [{ code: 2500 }, 'refuse configuration connection'],
  [{ code: 104 }, 'refuse configuration platform'],
  [{ code: 803 }, 'refuse configuration connection'],
  [{ code: 190, error_subcode: 459 }, 'refuse needs_reconnect connection'],
  [{ code: 1, is_transient: false }, 'refuse unexpected_response day'],
  [{ code: -1 }, 'refuse platform_error day'],
  [{ code: 'THREADS_API__FEATURE_NOT_AVAILABLE' }, 'refuse platform_error day'],
])('reads the error %j as %s', (error, meaning) => {
  expect(judged({ message: 'said', ...error })).toBe(meaning);
});

it('detects an error in an answer with HTTP 200', () => {
  expect(judged({ code: 190, message: 'said' }, 200)).toBe('refuse needs_reconnect connection');
});

it('tries only twice if code 1 may be a bad request', () => {
  expect(
    judgeGraph(
      { status: 500, headers: {}, json: { error: { code: 1, message: 'An unknown error occurred' } } },
      'read_insights',
    ),
  ).toMatchObject({ maxAttempts: 2 });
});

it.each([
  [200, undefined, 'retry unexpected_response day'],
  [200, [], 'retry unexpected_response day'],
  [503, undefined, 'retry platform_error day'],
  [429, undefined, 'retry throttled connection'],
  [404, {}, 'refuse unexpected_response day'],
])('reads HTTP %i with %j as %s', (status, json, meaning) => {
  const verdict = judgeGraph({ status, headers: {}, json }, 'read_insights');
  expect(verdict.kind !== 'accept' && `${verdict.kind} ${verdict.error.reason} ${verdict.error.scope}`).toBe(meaning);
});
