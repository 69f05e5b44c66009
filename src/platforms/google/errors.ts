import { z } from 'zod';
import { PlatformError, StaleToken } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { type Rule, ruleFor, verdictOf } from '../shared/rules.js';
import { list } from '../shared/shape.js';
import { has, judgePlain } from '../shared/verdicts.js';

/** YouTube Analytics does not support the combination of metrics and dimensions, and answers none of it. */
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

/** The token does not open the channel that it was asked for: it opens another one, or lacks a permission. */
export class ClosedChannel extends PlatformError {
  constructor(message: string) {
    super('missing_permission', message, 'connection');
  }
}

const TOO_MANY = [
  'quotaExceeded',
  'dailyLimitExceeded',
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'RATE_LIMIT_EXCEEDED',
  'RESOURCE_EXHAUSTED',
];
const PER_DAY = /per\s*day|daily/i;

const NO_PERMISSION = { kind: 'refuse', reason: 'missing_permission', scope: 'connection' } as const;
const THROTTLED = { kind: 'rest', reason: 'throttled', scope: 'connection' } as const;
const QUOTA_EXHAUSTED = {
  kind: 'refuse',
  reason: 'quota_exhausted',
  scope: 'platform',
  message: '$SAID; the quota resets at midnight Pacific time',
} as const;
const SCOPE_TOO_NARROW = {
  ...NO_PERMISSION,
  message: 'the token lacks the permission $SCOPE; connect the account again and allow it: $SAID',
} as const;

/** What errors of Google's APIs mean: the first row that matches decides. */
const RULES: readonly Rule[] = [
  { codes: ['youtubeSignupRequired'], kind: 'refuse', error: () => new NoChannel() },
  { statuses: [401], kind: 'refuse', error: (said) => new StaleToken(said) },
  {
    codes: ['accessNotConfigured', 'SERVICE_DISABLED'],
    kind: 'refuse',
    reason: 'configuration',
    scope: 'platform',
    message: '$SAID; enable the API in the Google Cloud project of the app',
  },

  // Limits per minute and per day have the same reason, as have those of a user; only the message tells them apart.
  { codes: TOO_MANY, words: PER_DAY, ...QUOTA_EXHAUSTED },
  { statuses: [429], words: PER_DAY, ...QUOTA_EXHAUSTED },
  { codes: ['userRateLimitExceeded'], ...THROTTLED, kind: 'retry' },
  { codes: TOO_MANY, words: /per\s*user/i, ...THROTTLED, kind: 'retry' },
  { codes: TOO_MANY, words: /per\s*(\d+\s*)?(minute|second)/i, ...THROTTLED },
  { codes: ['quotaExceeded', 'dailyLimitExceeded'], ...QUOTA_EXHAUSTED },
  { codes: TOO_MANY, ...THROTTLED },
  { statuses: [429], ...THROTTLED },

  {
    // `authenticatedUserAccountSuspended`, `channelSuspended`, `channelClosed` and the like.
    codes: [/(?:Suspended|Closed)$/],
    ...NO_PERMISSION,
    message:
      '$SAID; YouTube has suspended or closed the account: its owner can appeal to YouTube; otherwise remove the connection',
  },
  { statuses: [403], codes: ['insufficientPermissions', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'], ...SCOPE_TOO_NARROW },
  { statuses: [403], words: /insufficient authentication scopes/i, ...SCOPE_TOO_NARROW },
  {
    statuses: [403, 404],
    kind: 'refuse',
    error: (said) => new ClosedChannel(said),
    message: 'the token does not open this channel; connect the channel as its owner and allow $SCOPE: $SAID',
  },
  {
    statuses: [400],
    words: /unknown identifier \((\w+)\) given in field parameters\.\w+/i,
    kind: 'refuse',
    error: (said, metric) => new UnsupportedQuery(said, metric),
  },
  {
    statuses: [400],
    words: /query is not supported/i,
    kind: 'refuse',
    error: (said) => new UnsupportedQuery(said, null),
  },
  { statuses: [[500, 599]], kind: 'retry', reason: 'platform_error', scope: 'day' },
];

const UNKNOWN: Rule = { kind: 'refuse', reason: 'unexpected_response', scope: 'connection' };

/** What an answer of a Google API means. `scope`: the permission that the request needs, for messages. */
export function judgeGoogle(answer: HttpAnswer, scope: string): Verdict<unknown> {
  const parsed = has(answer, 'error') ? errorBody.safeParse(answer.json) : undefined;
  if (!parsed?.success) return judgePlain('Google', answer);
  const { code, message, status: name, errors, details } = parsed.data.error;
  const status = answer.status === 200 ? (code ?? 500) : answer.status;
  const codes = [name, ...[...errors, ...details].map(({ reason }) => reason)].filter((word) => word !== undefined);
  const refusal = { status, codes, words: message };
  return verdictOf(ruleFor(RULES, refusal) ?? UNKNOWN, refusal, {
    SAID: `${message} (HTTP ${status})`,
    SCOPE: scope,
  });
}
