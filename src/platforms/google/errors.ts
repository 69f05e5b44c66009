import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { StaleToken } from '../shared/oauth.js';
import { list } from '../shared/shape.js';
import { judgePlain, refuse, retry } from '../shared/verdicts.js';

/** YouTube Analytics does not know the combination of metrics and dimensions: nothing of it is answered. */
export class UnsupportedQuery extends PlatformError {
  constructor(
    message: string,
    /** The metric at fault, where the API names it. */
    readonly metric: string | null,
  ) {
    super('unexpected_response', message, 'connection');
  }
}

const reasons = list(z.object({ reason: z.string().optional() }), 100).catch([]);

/** `errors` is the older form, `status` and `details` the newer; either may be absent. */
const errorBody = z.object({
  error: z.object({
    code: z.number().optional(),
    message: z.string().default('no message'),
    status: z.string().optional(),
    errors: reasons.default([]),
    details: reasons.default([]),
  }),
});

type ApiError = z.infer<typeof errorBody>['error'];

const API_DISABLED = ['accessNotConfigured', 'SERVICE_DISABLED'];
const TOO_MANY = [
  'quotaExceeded',
  'dailyLimitExceeded',
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'RATE_LIMIT_EXCEEDED',
  'RESOURCE_EXHAUSTED',
];
const FOR_THE_DAY = ['quotaExceeded', 'dailyLimitExceeded'];
/** `authenticatedUserAccountSuspended`, `channelSuspended`, `channelClosed` and the like. */
const SUSPENDED = /(?:Suspended|Closed)$/;
const SCOPE_TOO_NARROW = ['insufficientPermissions', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'];

/** What an answer of a Google API means. `scope`: the permission that the request needs, for people. */
export function judgeGoogle(answer: HttpAnswer, scope: string): Verdict<unknown> {
  const parsed = errorBody.safeParse(answer.json);
  if (!parsed.success) return judgePlain('Google', answer);
  const { error } = parsed.data;
  return judgeError(error, answer.status === 200 ? (error.code ?? 500) : answer.status, scope);
}

function judgeError(error: ApiError, status: number, scope: string): Verdict<never> {
  const said = `${error.message} (HTTP ${status})`;
  const words = [
    error.status,
    ...error.errors.map(({ reason }) => reason),
    ...error.details.map(({ reason }) => reason),
  ];
  const says = (known: readonly string[]) => words.some((word) => word !== undefined && known.includes(word));

  if (says(['youtubeSignupRequired'])) return { kind: 'refuse', error: new NoChannel() };
  if (status === 401) return { kind: 'refuse', error: new StaleToken(said) };
  if (says(API_DISABLED)) {
    return refuse('configuration', `${said}; enable the API in the Google Cloud project of the app`, 'platform');
  }
  if (status === 429 || says(TOO_MANY)) {
    return isForTheDay(error.message, says(FOR_THE_DAY))
      ? refuse('quota_exhausted', `${said}; the quota returns at midnight Pacific time`, 'platform')
      : retry('throttled', said, 'connection');
  }
  if (words.some((word) => word !== undefined && SUSPENDED.test(word))) {
    const advice =
      'YouTube has suspended or closed the account: its owner may appeal there, else remove the connection';
    return refuse('missing_permission', `${said}; ${advice}`, 'connection');
  }
  if (status === 403) {
    const remedy = says(SCOPE_TOO_NARROW) || /insufficient authentication scopes/i.test(error.message);
    const message = remedy
      ? `the token lacks the permission ${scope}; connect the account again and allow it: ${said}`
      : `the token does not open this channel; connect it as its owner, with ${scope}: ${said}`;
    return refuse('missing_permission', message, 'connection');
  }
  const unknown = /unknown identifier \((\w+)\) given in field parameters\.\w+/i.exec(error.message)?.[1];
  if (status === 400 && (unknown !== undefined || /query is not supported/i.test(error.message))) {
    return { kind: 'refuse', error: new UnsupportedQuery(said, unknown ?? null) };
  }
  return status >= 500 ? retry('platform_error', said) : refuse('unexpected_response', said, 'connection');
}

/** The same reason is given for a minute's limit and for a day's: the message tells which. */
function isForTheDay(message: string, otherwise: boolean): boolean {
  if (/per\s*day|daily/i.test(message)) return true;
  return otherwise && !/per\s*(\d+\s*)?(minute|second)/i.test(message);
}

/** The token belongs to somebody without a channel. */
export class NoChannel extends PlatformError {
  constructor() {
    super(
      'needs_reconnect',
      'the Google account has no YouTube channel; connect the account, or the brand account, that owns the channel',
      'connection',
    );
  }
}
