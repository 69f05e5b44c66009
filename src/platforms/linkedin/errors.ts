import { z } from 'zod';
import { PlatformError, StaleToken } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { type Rule, ruleFor, verdictOf } from '../shared/rules.js';
import { has, judgePlain } from '../shared/verdicts.js';
import { NEWEST_VERSION, VERSIONS } from './versions.js';

const errorBody = z.object({
  status: z.number().optional(),
  serviceErrorCode: z.number().optional(),
  code: z.string().optional(),
  message: z.string(),
});

/** What was asked: the version as sent in `LinkedIn-Version`, and the endpoint, as in `/rest/networkSizes`. */
export interface Asked {
  readonly version: string;
  readonly endpoint: string;
}

const NO_PERMISSION = { kind: 'refuse', reason: 'missing_permission', scope: 'connection' } as const;
const OF_THE_APP = { kind: 'refuse', reason: 'configuration', scope: 'platform' } as const;
/** LinkedIn does not answer the version that was asked for; another may be answered. */
export class WrongVersion extends PlatformError {}

const WRONG_VERSION = {
  kind: 'refuse',
  error: (said: string) => new WrongVersion('configuration', said, 'connection'),
  message: `LinkedIn does not support version $VERSION; set LINKEDIN_VERSION to a supported one, such as ${NEWEST_VERSION} (until at least ${VERSIONS.get(NEWEST_VERSION)}): $SAID`,
} as const;
const THROTTLED = { kind: 'rest', reason: 'throttled', scope: 'connection' } as const;
const QUOTA_EXHAUSTED = {
  kind: 'refuse',
  reason: 'quota_exhausted',
  message: '$ENDPOINT: $SAID; the quota resets at midnight UTC',
} as const;

/** What errors of LinkedIn's REST API mean: the first row that matches decides. */
const RULES: readonly Rule[] = [
  { statuses: [426], ...WRONG_VERSION },
  { codes: ['NONEXISTENT_VERSION', 'VERSION_MISSING'], ...WRONG_VERSION },
  { words: /version .*is not active/i, ...WRONG_VERSION },

  {
    statuses: [401],
    codes: [65608],
    ...NO_PERMISSION,
    message:
      '$SAID; LinkedIn has restricted the member who connected the page; they must resolve that with LinkedIn, or another administrator must connect the page',
  },
  { statuses: [401], kind: 'refuse', error: (said) => new StaleToken(said) },
  {
    statuses: [403],
    ...NO_PERMISSION,
    message:
      'the token does not open this page; connect the page as one of its administrators and allow rw_organization_admin: $SAID',
  },
  {
    statuses: [404],
    words: /no virtual resource/i,
    ...OF_THE_APP,
    message:
      'LinkedIn has no $ENDPOINT in version $VERSION: $SAID; check LINKEDIN_VERSION, and that the app has been granted the Community Management API',
  },
  {
    statuses: [404],
    ...NO_PERMISSION,
    message:
      'the page does not exist, or the app has not been granted the Community Management API; check the account id and the app: $SAID',
  },

  // The limit of the member, or of the app and the member together; then that of the app alone.
  { statuses: [429], words: /^(?=.*\bDAY\b).*MEMBER/is, ...QUOTA_EXHAUSTED, scope: 'connection' },
  { statuses: [429], words: /\bDAY\b/i, ...QUOTA_EXHAUSTED, scope: 'platform' },
  { statuses: [429], words: /MEMBER/i, ...THROTTLED, kind: 'retry' },
  { statuses: [429], ...THROTTLED },
  { statuses: [[500, 599]], kind: 'retry', reason: 'platform_error', scope: 'day' },
];

const UNKNOWN: Rule = { kind: 'refuse', reason: 'unexpected_response', scope: 'day' };

/** What an answer of LinkedIn's REST API means. */
export function judgeLinkedIn(answer: HttpAnswer, { version, endpoint }: Asked): Verdict<unknown> {
  const parsed = has(answer, 'message') ? errorBody.safeParse(answer.json) : undefined;
  if (!parsed?.success) return judgePlain('LinkedIn', answer);
  const { code, message, serviceErrorCode } = parsed.data;
  const status = answer.status === 200 ? (parsed.data.status ?? 500) : answer.status;
  const codes = [code, serviceErrorCode].filter((each) => each !== undefined);
  const refusal = { status, codes, words: message };
  return verdictOf(ruleFor(RULES, refusal) ?? UNKNOWN, refusal, {
    SAID: `${message} (HTTP ${status}${code === undefined ? '' : ` ${code}`})`,
    VERSION: version,
    ENDPOINT: endpoint,
  });
}
