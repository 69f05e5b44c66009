import { z } from 'zod';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { StaleToken } from '../oauth.js';
import { judgePlain, refuse, retry } from '../verdicts.js';
import { NEWEST_VERSION, VERSIONS } from './versions.js';

const errorBody = z.object({
  status: z.number().optional(),
  code: z.string().optional(),
  message: z.string(),
});

/** What an answer of LinkedIn's REST API means. `version`: as sent in `LinkedIn-Version`. */
export function judgeLinkedIn(answer: HttpAnswer, version: string): Verdict<unknown> {
  const parsed = errorBody.safeParse(answer.json);
  if (!parsed.success) return judgePlain('LinkedIn', answer);
  const { code, message } = parsed.data;
  const status = answer.status === 200 ? (parsed.data.status ?? 500) : answer.status;
  const said = `${message} (HTTP ${status}${code === undefined ? '' : ` ${code}`})`;

  // Met with other statuses than 426 as well.
  if (status === 426 || code === 'NONEXISTENT_VERSION' || /version .*is not active/i.test(message)) {
    return refuse(
      'configuration',
      `LinkedIn does not answer version ${version}; set LINKEDIN_VERSION to one in force, such as ${NEWEST_VERSION} (until ${VERSIONS.get(NEWEST_VERSION)} at least): ${said}`,
      'platform',
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
  if (status === 404) {
    return refuse(
      'missing_permission',
      `there is no such page, or the app has not been granted the Community Management API: ${said}`,
      'connection',
    );
  }
  if (status === 429) {
    if (!/\bDAY\b/i.test(message)) return retry('throttled', said, 'connection');
    const scope = /\bMEMBER\b/i.test(message) ? 'connection' : 'platform';
    return refuse('quota_exhausted', `${said}; the quota returns at midnight UTC`, scope);
  }
  return status >= 500 ? retry('platform_error', said) : refuse('unexpected_response', said);
}
