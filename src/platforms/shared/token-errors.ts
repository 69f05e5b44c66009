import type { FailureReason } from '../../errors.js';

/** What a token endpoint's refusal means: the first row whose words are met in it decides. */
export interface TokenRule {
  readonly words: RegExp;
  readonly kind: 'retry' | 'refuse';
  readonly reason: FailureReason;
  /** What to do about it; `$VARIABLES` is the prefix of the variables that hold the app. */
  readonly advice: string;
  /** No token of the app can be renewed: the operator is told apart from the accounts. */
  readonly ofTheApp?: true;
}

const OF_THE_APP = { kind: 'refuse', reason: 'configuration', ofTheApp: true } as const;
const CREDENTIALS = '$VARIABLES_CLIENT_ID and $VARIABLES_CLIENT_SECRET';

/**
 * The codes of RFC 6749, section 5.2, and those that Google and LinkedIn have beside them. All concern the connection alone: a
 * token that is still valid needs no renewal.
 */
export const TOKEN_RULES: readonly TokenRule[] = [
  {
    words: /^deleted_client/,
    ...OF_THE_APP,
    advice: `the OAuth client was deleted: restore it, or set ${CREDENTIALS} to those of another one`,
  },
  {
    words: /^disabled_client/,
    ...OF_THE_APP,
    advice: `the OAuth client is disabled: enable it, or set ${CREDENTIALS} to those of another one`,
  },
  {
    words: /^unauthorized_client/,
    ...OF_THE_APP,
    advice: `the refresh token was given to another client: check ${CREDENTIALS}`,
  },
  { words: /^invalid_client/, ...OF_THE_APP, advice: `check ${CREDENTIALS}` },
  {
    words: /admin_policy_enforced/,
    kind: 'refuse',
    reason: 'needs_reconnect',
    advice: 'ask an administrator of the Workspace to allow the app, then connect the account again',
  },
  {
    words: /invalid_rapt/,
    kind: 'refuse',
    reason: 'needs_reconnect',
    advice:
      'the session policy of the Workspace has ended the token: connect the account again, and ask an administrator to trust the app',
  },
  {
    words: /^access_denied/,
    kind: 'refuse',
    reason: 'needs_reconnect',
    advice: 'connect the account again; if it comes back, the app has not been granted the renewal of tokens',
  },
  // LinkedIn says invalid_request of a dead refresh token as well.
  {
    words: /^invalid_grant|refresh token.*(expired|revoked)/i,
    kind: 'refuse',
    reason: 'needs_reconnect',
    advice: 'connect the account again',
  },
  {
    words: /^rate_limit_exceeded/,
    kind: 'retry',
    reason: 'throttled',
    advice: 'if it stays, ask for a higher rate of token grants',
  },
  {
    words: /^(temporarily_unavailable|server_error|internal_failure)/,
    kind: 'retry',
    reason: 'platform_error',
    advice: 'the next run asks again',
  },
];
