import { expect, it } from 'vitest';
import { judgeLinkedIn } from '../../../src/platforms/linkedin/errors.js';

function judged(status: number, json: unknown, endpoint = 'organizationPageStatistics') {
  const verdict = judgeLinkedIn({ status, headers: {}, json }, { version: '202501', endpoint });
  if (verdict.kind === 'accept') return { meaning: 'accepted', message: '' };
  const { reason, scope, message } = verdict.error;
  return { meaning: [verdict.kind, reason, scope].join(' '), message };
}

const inactive = { code: 'NONEXISTENT_VERSION', message: 'Requested version 20250101 is not active' };
const throttle = (whose: string) => ({
  message: `Resource level throttle ${whose} limit for calls to this resource is reached.`,
});

it.each([
  [
    401,
    { serviceErrorCode: 65602, message: 'The token used in the request has expired' },
    'refuse needs_reconnect connection',
  ],
  [
    401,
    { serviceErrorCode: 65601, message: 'The token … has been revoked by the user' },
    'refuse needs_reconnect connection',
  ],
  [403, { code: 'ACCESS_DENIED', message: 'Not enough permissions to access' }, 'refuse missing_permission connection'],
  [404, { code: 'RESOURCE_NOT_FOUND', message: 'No virtual resource found' }, 'refuse configuration platform'],
  [426, inactive, 'refuse configuration connection'],
  [400, { message: inactive.message }, 'refuse configuration connection'],
  [429, throttle('APPLICATION DAY'), 'refuse quota_exhausted platform'],
  [429, throttle('MEMBER DAY'), 'refuse quota_exhausted connection'],
  [429, throttle('APPLICATION_AND_MEMBER DAY'), 'refuse quota_exhausted connection'],
  [404, { message: 'Not found' }, 'refuse missing_permission connection'],
  [401, { serviceErrorCode: 65608, message: 'Restricted member' }, 'refuse missing_permission connection'],
  [429, throttle('APPLICATION MINUTE'), 'rest throttled connection'],
  [429, throttle('MEMBER MINUTE'), 'retry throttled connection'],
  [400, { message: "Parameter 'timeIntervals' is invalid" }, 'refuse unexpected_response day'],
  [500, { message: 'Internal Server Error' }, 'retry platform_error day'],
  [504, undefined, 'retry platform_error day'],
  [200, { status: 500, message: 'Internal Server Error' }, 'retry platform_error day'],
  [200, undefined, 'retry unexpected_response day'],
  [200, { elements: [] }, 'accepted'],
])('reads HTTP %i with %j as %s', (status, json, meaning) => {
  expect(judged(status, json).meaning).toBe(meaning);
});

it('names the variable to set when the version is not supported', () => {
  expect(judged(426, inactive).message).toMatch(/202501.*LINKEDIN_VERSION.*202608/);
});
