import { z } from 'zod';
import { PlatformError, StaleToken } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { type Rule, ruleFor, verdictOf } from '../shared/rules.js';
import { judgePlain } from '../shared/verdicts.js';

/** Pinterest's own error; `code` is not that of HTTP. */
export const errorBody = z.object({ code: z.number(), message: z.string() });

/** What errors of Pinterest's API mean: the first row that matches decides. */
const RULES: readonly Rule[] = [
  {
    statuses: [403],
    kind: 'refuse',
    reason: 'missing_permission',
    scope: 'connection',
    message:
      'the token does not open the account; connect the account again and allow user_accounts:read, and check that it is a business account: $SAID',
  },
  {
    statuses: [400],
    words: /last 90 days/i,
    kind: 'refuse',
    reason: 'unexpected_response',
    scope: 'connection',
    message: "$SAID; check this machine's clock",
  },
  // The body is not documented.
  { statuses: [429], kind: 'rest', reason: 'throttled', scope: 'connection' },
  { statuses: [[500, 599]], kind: 'retry', reason: 'platform_error', scope: 'day' },
];

const UNAUTHENTICATED = { statuses: [401], kind: 'refuse' } as const;
const RENEWABLE: Rule = { ...UNAUTHENTICATED, error: (said) => new StaleToken(said) };
const DEAD: Rule = {
  ...UNAUTHENTICATED,
  error: (said) => new PlatformError('needs_reconnect', `${said}; connect the account again`, 'connection'),
};

const UNKNOWN: Rule = { kind: 'refuse', reason: 'unexpected_response', scope: 'day' };

/** What an answer of Pinterest's API means. `isRenewable`: the account has a refresh token. */
export function judgePinterest(answer: HttpAnswer, isRenewable: boolean): Verdict<unknown> {
  const body = errorBody.safeParse(answer.json).data;
  if (body === undefined && answer.status !== 429) return judgePlain('Pinterest', answer);
  const status = answer.status === 200 ? 500 : answer.status;
  const refusal = { status, codes: body === undefined ? [] : [body.code], words: body?.message ?? '' };
  const rule = ruleFor([isRenewable ? RENEWABLE : DEAD, ...RULES], refusal) ?? UNKNOWN;
  const said = body === undefined ? 'too many requests' : body.message;
  const code = body === undefined ? '' : ` code ${body.code}`;
  return verdictOf(rule, refusal, { SAID: `${said} (HTTP ${answer.status}${code})` });
}
