import type { Refusals } from './faults.js';
import type { Reply } from './reply.js';

export function linkedinError(
  status: number,
  message: string,
  rest: { serviceErrorCode?: number; code?: string } = {},
): Reply {
  return { status, body: { status, ...rest, message } };
}

export function invalidParameter(name: string): Reply {
  return linkedinError(400, `Parameter '${name}' is invalid`, { code: 'ILLEGAL_ARGUMENT' });
}

export function tokenExpired(): Reply {
  const rest = { serviceErrorCode: 65602, code: 'EXPIRED_ACCESS_TOKEN' };
  return linkedinError(401, 'The token used in the request has expired', rest);
}

export function accessDenied(): Reply {
  const rest = { serviceErrorCode: 100, code: 'ACCESS_DENIED' };
  return linkedinError(403, 'Not enough permissions to access: partnerApiOrganizationStatistics.FINDER', rest);
}

export const REFUSALS: Refusals = {
  dead_token: tokenExpired,
  missing_permission: accessDenied,
  // What one account sends in a minute says nothing about the others.
  throttled: ({ window = 'DAY' }) =>
    linkedinError(
      429,
      `Resource level throttle ${window === 'DAY' ? 'APPLICATION' : 'MEMBER'} ${window} limit for calls to this resource is reached.`,
      { serviceErrorCode: 101, code: 'TOO_MANY_REQUESTS' },
    ),
  server_error: () => linkedinError(500, 'Internal Server Error', { code: 'INTERNAL_SERVER_ERROR' }),
};
