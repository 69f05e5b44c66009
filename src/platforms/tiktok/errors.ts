import { z } from 'zod';
import { PlatformError, StaleToken } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { metricNumber } from '../shared/number.js';
import { type Rule, ruleFor, verdictOf } from '../shared/rules.js';
import { judgePlain, refuse } from '../shared/verdicts.js';
import { ACCOUNTS_API, DISPLAY_API } from './api.js';

/** The request is refused as invalid. One of its fields may be the reason; TikTok does not document it. */
export class InvalidParameter extends PlatformError {
  constructor(said: string) {
    super('unexpected_response', said, 'connection');
  }
}

const RENEWABLE = { kind: 'refuse', error: (said: string) => new StaleToken(said) } as const;
const DEAD = {
  kind: 'refuse',
  reason: 'needs_reconnect',
  scope: 'connection',
  message: '$SAID; connect the account again',
} as const;
const TOO_MANY = { kind: 'rest', reason: 'throttled', scope: 'connection' } as const;
const BROKEN = { kind: 'retry', reason: 'platform_error', scope: 'day' } as const;
const UNKNOWN: Rule = { kind: 'refuse', reason: 'unexpected_response', scope: 'day' };
/** For answers without an error of TikTok's own. */
const BY_STATUS: readonly Rule[] = [
  { statuses: [429], ...TOO_MANY },
  { statuses: [[500, 599]], ...BROKEN },
];

export const accountsBody = z.looseObject({ code: metricNumber, message: z.string().nullish() });

/** The Accounts API answers errors with HTTP 200 and a code other than 0. */
export const ACCOUNTS_CODES = { staleToken: 40105, tooMany: 40100, broken: [50_000, 59_999] } as const;

const ACCOUNTS_RULES: readonly Rule[] = [
  {
    codes: [40001],
    kind: 'refuse',
    reason: 'missing_permission',
    scope: 'connection',
    message:
      "the token does not open the account's insights; connect the account again and allow user.insights and user.info.stats: $SAID",
  },
  { codes: [ACCOUNTS_CODES.tooMany], ...TOO_MANY },
  { codes: [40002], kind: 'refuse', error: (said) => new InvalidParameter(said) },
  { codes: [ACCOUNTS_CODES.broken], ...BROKEN },
  ...BY_STATUS,
];

/** What an answer of the Accounts API means: its `data`, or an error. `isRenewable`: the account has a refresh token. */
export function judgeAccounts(answer: HttpAnswer, isRenewable: boolean): Verdict<unknown> {
  const body = accountsBody.safeParse(answer.json).data;
  if (body === undefined || (body.code === 0 && answer.status !== 200)) return withoutError(ACCOUNTS_API, answer);
  if (body.code === 0) return { kind: 'accept', value: body.data };
  const stale: Rule = { codes: [ACCOUNTS_CODES.staleToken], ...(isRenewable ? RENEWABLE : DEAD) };
  return verdict([stale, ...ACCOUNTS_RULES], answer.status, body.code, body.message);
}

const displayBody = z.looseObject({ error: z.object({ code: z.string(), message: z.string().nullish() }) });

/** https://developers.tiktok.com/doc/tiktok-api-v2-error-handling */
const DISPLAY_RULES: readonly Rule[] = [
  {
    // HTTP 401, as for an invalid token.
    codes: ['scope_not_authorized', 'scope_permission_missed'],
    kind: 'refuse',
    reason: 'missing_permission',
    scope: 'connection',
    message:
      "the token does not open the account's totals; connect the account again and allow user.info.basic and user.info.stats: $SAID",
  },
  { codes: ['rate_limit_exceeded'], ...TOO_MANY },
  { codes: ['internal_error'], ...BROKEN },
  ...BY_STATUS,
];

/** What an answer of the Display API means: its `data`, or an error. */
export function judgeDisplay(answer: HttpAnswer, isRenewable: boolean): Verdict<unknown> {
  const body = displayBody.safeParse(answer.json).data;
  if (body === undefined || (body.error.code === 'ok' && answer.status !== 200))
    return withoutError(DISPLAY_API, answer);
  const { code, message } = body.error;
  if (code === 'ok') return { kind: 'accept', value: body.data };
  const stale: Rule = { codes: ['access_token_invalid'], ...(isRenewable ? RENEWABLE : DEAD) };
  return verdict([stale, ...DISPLAY_RULES], answer.status, code, message);
}

function verdict(rules: readonly Rule[], status: number, code: number | string, message: string | null | undefined) {
  const refusal = { status, codes: [code], words: message ?? '' };
  const said = `${message || 'no message'} (HTTP ${status} code ${code})`;
  return verdictOf(ruleFor(rules, refusal) ?? UNKNOWN, refusal, { SAID: said });
}

/** An answer that has neither data nor an error of TikTok's own. */
function withoutError(api: string, { status, ...answer }: HttpAnswer): Verdict<never> {
  if (status === 429) {
    const said = 'too many requests (HTTP 429)';
    return verdictOf(TOO_MANY, { status, codes: [], words: said }, { SAID: said });
  }
  const plain = judgePlain(api, { status, ...answer });
  return plain.kind === 'accept' ? refuse('unexpected_response', `${api} answered without a code`) : plain;
}
