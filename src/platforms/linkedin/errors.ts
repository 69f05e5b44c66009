import { z } from 'zod';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { StaleToken } from '../shared/oauth.js';
import { judgePlain, refuse, retry } from '../shared/verdicts.js';
import { NEWEST_VERSION, VERSIONS } from './versions.js';

const errorBody = z.object({
  status: z.number().optional(),
  serviceErrorCode: z.number().optional(),
  code: z.string().optional(),
  message: z.string(),
});

const RESTRICTED_MEMBER = 65608;

/** What was asked: the version as sent in `LinkedIn-Version`, and the endpoint, as in `/rest/networkSizes`. */
export interface Asked {
  readonly version: string;
  readonly endpoint: string;
}

/** What an answer of LinkedIn's REST API means. */
export function judgeLinkedIn(answer: HttpAnswer, { version, endpoint }: Asked): Verdict<unknown> {
  const parsed = errorBody.safeParse(answer.json);
  if (!parsed.success) return judgePlain('LinkedIn', answer);
  const { code, message, serviceErrorCode } = parsed.data;
  const status = answer.status === 200 ? (parsed.data.status ?? 500) : answer.status;
  const said = `${message} (HTTP ${status}${code === undefined ? '' : ` ${code}`})`;

  // Met with other statuses than 426 as well.
  if (
    status === 426 ||
    code === 'NONEXISTENT_VERSION' ||
    code === 'VERSION_MISSING' ||
    /version .*is not active/i.test(message)
  ) {
    return refuse(
      'configuration',
      `LinkedIn does not answer version ${version}; set LINKEDIN_VERSION to one in force, such as ${NEWEST_VERSION} (until ${VERSIONS.get(NEWEST_VERSION)} at least): ${said}`,
      'platform',
    );
  }
  if (status === 401 && serviceErrorCode === RESTRICTED_MEMBER) {
    return refuse(
      'missing_permission',
      `${said}; LinkedIn has restricted the member who connected it: they must settle that with LinkedIn, or another administrator of the page must connect it`,
      'connection',
    );
  }
  if (status === 401) return { kind: 'refuse', error: new StaleToken(said) };
  if (status === 403) {
    return refuse(
      'missing_permission',
      `the token does not open this page; connect it as an administrator of the page, with rw_organization_admin: ${said}`,
      'connection',
    );
  }
  if (status === 404 && /no virtual resource/i.test(message)) {
    return refuse(
      'configuration',
      `LinkedIn knows no ${endpoint} in version ${version}: ${said}; check LINKEDIN_VERSION, and that the app has been granted the Community Management API`,
      'platform',
    );
  }
  if (status === 404) {
    return refuse(
      'missing_permission',
      `there is no such page, or the app has not been granted the Community Management API: ${said}`,
      'connection',
    );
  }
  if (status === 429) {
    if (!/\bDAY\b/i.test(message)) return retry('throttled', said, 'connection');
    const scope = /MEMBER/i.test(message) ? 'connection' : 'platform';
    return refuse('quota_exhausted', `${endpoint}: ${said}; the quota returns at midnight UTC`, scope);
  }
  return status >= 500 ? retry('platform_error', said) : refuse('unexpected_response', said);
}
