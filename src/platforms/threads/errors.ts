import { GraphError } from '../meta/errors.js';
import type { MetaRule } from '../meta/rules.js';

/** "Error Codes" on https://developers.facebook.com/documentation/threads/insights; the field that it appears in is not documented. */
const NOT_AVAILABLE = 'THREADS_API__FEATURE_NOT_AVAILABLE';

/** Errors that mean something else than on Meta's other platforms, which have other variables and another review. */
export const RULES: readonly MetaRule[] = [
  { words: /appsecret_proof/i, kind: 'refuse', reason: 'configuration', scope: 'platform' },
  {
    codes: [2500],
    kind: 'refuse',
    reason: 'configuration',
    scope: 'connection',
    message: '$SAID; check the account id and THREADS_GRAPH_URL',
  },
  {
    codes: [10],
    kind: 'refuse',
    reason: 'missing_permission',
    scope: 'connection',
    message:
      '$SAID; connect the account again and grant $PERMISSIONS, which need App Review for users without a role on the app',
  },
];

/** For a request with several metrics, one of which may be unknown: the error does not show that the API is down. */
export const UNEXPLAINED: MetaRule = {
  codes: [1],
  kind: 'retry',
  reason: 'unexpected_response',
  scope: 'day',
  maxAttempts: 2,
};

/** The profile has no linked Instagram account, which some metrics need. */
export function isNotAvailable(error: unknown): error is GraphError {
  return error instanceof GraphError && `${error.code} ${error.apiMessage}`.includes(NOT_AVAILABLE);
}
