import type { Rule } from './rules.js';

/** A row of the token endpoints' table. */
export type TokenRule = Rule & {
  /** No token of the app can be renewed: besides failing the account, warn the operator. */
  readonly ofTheApp?: true;
};

const OF_THE_APP = { kind: 'refuse', reason: 'configuration', scope: 'connection', ofTheApp: true } as const;
const DEAD_TOKEN = { kind: 'refuse', reason: 'needs_reconnect', scope: 'connection' } as const;
const CREDENTIALS = '$ID and $SECRET';

/**
 * The codes of RFC 6749, section 5.2, and those that Google and LinkedIn add. `$ID` and `$SECRET` are the variables that hold
 * the app's credentials. All of them fail only the connection: a token that is still valid needs no renewal.
 */
export const TOKEN_RULES: readonly TokenRule[] = [
  {
    words: /^deleted_client/,
    ...OF_THE_APP,
    message: `$SAID; the OAuth client was deleted: restore it, or set ${CREDENTIALS} to those of another one`,
  },
  {
    words: /^disabled_client/,
    ...OF_THE_APP,
    message: `$SAID; the OAuth client is disabled: enable it, or set ${CREDENTIALS} to those of another one`,
  },
  {
    words: /^unauthorized_client/,
    ...OF_THE_APP,
    message: `$SAID; the refresh token was issued to another client: check ${CREDENTIALS}`,
  },
  { words: /^invalid_client/, ...OF_THE_APP, message: `$SAID; check ${CREDENTIALS}` },
  {
    words: /admin_policy_enforced/,
    ...DEAD_TOKEN,
    message: '$SAID; ask an administrator of the Workspace to allow the app, then connect the account again',
  },
  {
    words: /invalid_rapt/,
    ...DEAD_TOKEN,
    message:
      '$SAID; the session policy of the Workspace has revoked the token; connect the account again, and ask an administrator to trust the app',
  },
  {
    words: /^access_denied/,
    ...DEAD_TOKEN,
    message: '$SAID; connect the account again; if it recurs, the app is not allowed to renew tokens',
  },
  // LinkedIn also answers invalid_request for a dead refresh token.
  {
    words: /^invalid_grant|refresh token.*(expired|revoked)/i,
    ...DEAD_TOKEN,
    message: '$SAID; connect the account again',
  },
  {
    words: /^rate_limit_exceeded/,
    kind: 'retry',
    reason: 'throttled',
    scope: 'connection',
    message: '$SAID; if it persists, request a higher token grant rate',
  },
  {
    words: /^(temporarily_unavailable|server_error|internal_failure)/,
    kind: 'retry',
    reason: 'platform_error',
    scope: 'connection',
    message: '$SAID; the next run tries again',
  },
];
