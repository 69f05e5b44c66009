import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { judgePlain } from '../verdicts.js';

/** A refusal by the Graph API, with the code that decides what it means. */
export class GraphError extends PlatformError {
  constructor(
    reason: PlatformError['reason'],
    message: string,
    scope: PlatformError['scope'],
    readonly code: number,
    /** The API's own words. */
    readonly apiMessage: string,
  ) {
    super(reason, message, scope);
  }
}

const errorBody = z.object({
  error: z.object({
    message: z.string().default(''),
    code: z.number().default(-1),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
  }),
});

type ApiError = z.infer<typeof errorBody>['error'];

const DEAD_TOKEN = [102, 190];
const THROTTLED = [4, 17, 32, 341, 613];
const OBJECT_INVISIBLE = 33;

/**
 * What an answer of the Graph API means, from its error code: the HTTP status and the error's `type` do not tell (code 100
 * comes as `OAuthException`, throttling as 400). Codes: the error-handling and rate-limiting pages of the Graph API documentation.
 */
export function judgeGraph(answer: HttpAnswer): Verdict<unknown> {
  const parsed = errorBody.safeParse(answer.json);
  if (parsed.success) return judgeError(parsed.data.error, answer.status);
  return judgePlain('the Graph API', answer);
}

function judgeError(error: ApiError, status: number): Verdict<never> {
  const { code, message, error_subcode: subcode } = error;
  const said = `${message || 'no message'} (code ${code}${subcode === undefined ? '' : `/${subcode}`})`;
  const graphError = (reason: PlatformError['reason'], scope: PlatformError['scope'], text: string) =>
    new GraphError(reason, text, scope, code, message);
  const verdict = (
    kind: 'retry' | 'refuse',
    reason: PlatformError['reason'],
    scope: PlatformError['scope'],
    text = said,
  ): Verdict<never> => ({
    kind,
    error: graphError(reason, scope, text),
  });

  if (DEAD_TOKEN.includes(code)) return verdict('refuse', 'needs_reconnect', 'connection');
  if (code === 3 || code === 10 || (code >= 200 && code < 300))
    return verdict('refuse', 'missing_permission', 'connection');
  if (THROTTLED.includes(code) || (code >= 80_000 && code <= 80_014))
    return verdict('retry', 'throttled', 'connection');
  if (code === 368) return verdict('refuse', 'throttled', 'connection');
  // Code 1 is also how some bad requests are refused: it is not worth many attempts.
  if (code === 1) return { kind: 'retry', error: graphError('platform_error', 'day', said), maxAttempts: 2 };
  if (code === 2 || error.is_transient === true) return verdict('retry', 'platform_error', 'day');
  if (code === 100 && subcode === OBJECT_INVISIBLE) {
    return verdict('refuse', 'missing_permission', 'connection', `the token does not open this account: ${said}`);
  }
  if (code === 104 || /appsecret_proof/i.test(message)) {
    return verdict('refuse', 'configuration', 'platform', `${said}; check META_APP_SECRET`);
  }
  if (code === 2500) return verdict('refuse', 'configuration', 'platform', `${said}; check META_GRAPH_VERSION`);
  if (code === 100 || code === 3001) return verdict('refuse', 'unexpected_response', 'day');
  if (status === 429) return verdict('retry', 'throttled', 'connection');
  return verdict(status >= 500 ? 'retry' : 'refuse', 'platform_error', 'day');
}
