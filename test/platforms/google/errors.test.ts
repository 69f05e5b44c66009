import { expect, it } from 'vitest';
import { judgeGoogle } from '../../../src/platforms/google/errors.js';

function judged(status: number, json: unknown) {
  const verdict = judgeGoogle({ status, headers: {}, json }, 'yt-analytics.readonly');
  if (verdict.kind === 'accept') return { meaning: 'accepted', message: '' };
  const { reason, scope, message } = verdict.error;
  return { meaning: [verdict.kind, reason, scope].join(' '), message };
}

const withReason = (reason: string, message = 'said') => ({ error: { message, errors: [{ reason }] } });
const perDay = "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service 'youtube'";
const perMinute = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'youtube'";

it.each([
  [401, withReason('authError'), 'refuse needs_reconnect connection'],
  [401, { error: { code: 401 } }, 'refuse needs_reconnect connection'],
  [401, withReason('youtubeSignupRequired'), 'refuse needs_reconnect connection'],
  [403, withReason('forbidden'), 'refuse missing_permission connection'],
  [403, withReason('insufficientPermissions'), 'refuse missing_permission connection'],
  [403, withReason('accessNotConfigured'), 'refuse configuration platform'],
  [
    403,
    { error: { status: 'PERMISSION_DENIED', details: [{ reason: 'SERVICE_DISABLED' }] } },
    'refuse configuration platform',
  ],
  [429, withReason('rateLimitExceeded', perDay), 'refuse quota_exhausted platform'],
  [403, withReason('dailyLimitExceeded'), 'refuse quota_exhausted platform'],
  [403, withReason('quotaExceeded'), 'refuse quota_exhausted platform'],
  [403, withReason('quotaExceeded', perMinute), 'rest throttled connection'],
  [429, withReason('rateLimitExceeded', perMinute), 'rest throttled connection'],
  [429, withReason('rateLimitExceeded', perMinute.replace('minute', 'minute per user')), 'retry throttled connection'],
  [403, withReason('userRateLimitExceeded'), 'retry throttled connection'],
  [429, { error: { status: 'RESOURCE_EXHAUSTED' } }, 'rest throttled connection'],
  [
    400,
    withReason('badRequest', 'The query is not supported. Check the documentation'),
    'refuse unexpected_response connection',
  ],
  [400, withReason('required', 'Required'), 'refuse unexpected_response connection'],
  [404, { error: { code: 404, message: 'Not Found' } }, 'refuse missing_permission connection'],
  [503, withReason('backendError'), 'retry platform_error day'],
  [200, { error: { code: 500, message: 'said', errors: 'none' } }, 'retry platform_error day'],
  [200, { error: { code: 401 } }, 'refuse needs_reconnect connection'],
  [502, undefined, 'retry platform_error day'],
  [200, undefined, 'retry unexpected_response day'],
  [200, { rows: [] }, 'accepted'],
])('reads HTTP %i with %j as %s', (status, json, meaning) => {
  expect(judged(status, json).meaning).toBe(meaning);
});

it('names the missing permission, and the channel', () => {
  expect(judged(403, withReason('insufficientPermissions')).message).toContain('yt-analytics.readonly');
  expect(judged(401, withReason('youtubeSignupRequired')).message).toContain('has no YouTube channel');
});
