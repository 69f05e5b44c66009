import { z } from 'zod';
import { platformTime } from '../../http/clock-skew.js';
import type { HttpRequest } from '../../http/http.js';
import type { Account, CheckContext, RenewedTokens } from '../contract.js';
import { life, renewedTokens } from '../shared/token-endpoint.js';
import { refuse } from '../shared/verdicts.js';
import { GraphError, judgeGraph } from './errors.js';
import type { MetaRule } from './rules.js';

const answer = z.object({ access_token: z.string().min(1), expires_in: life });
/** Invalid parameter, no token given, invalid token, no token given for `me`. */
const WITHOUT_TOKEN: readonly (number | string)[] = [100, 104, 190, 2500];
/** For other requests, code 104 means a wrong secret of the app. */
const NO_TOKEN: MetaRule = { codes: [104], kind: 'refuse', reason: 'needs_reconnect', scope: 'connection' };

/** Where a platform of Meta renews the tokens of its own login. */
export interface RenewalEndpoint {
  /** For messages: `Instagram's token endpoint`. */
  readonly api: string;
  /** Base address, without a trailing slash. */
  readonly url: string;
  readonly grantType: string;
  /** What the user has to have granted, for messages. */
  readonly permission: string;
}

/**
 * Renews a token for 60 days. It must be at least a day old, and not have ended. Meta's examples have the token in the URL; it is sent
 * there only if the header is not accepted.
 */
export async function renewToken(
  endpoint: RenewalEndpoint,
  account: Account,
  context: CheckContext,
): Promise<RenewedTokens> {
  const address = new URL(`${endpoint.url}/refresh_access_token`);
  address.searchParams.set('grant_type', endpoint.grantType);
  try {
    const headers = { authorization: `Bearer ${account.accessToken}` };
    return await ask(endpoint, { method: 'GET', url: address, headers }, context);
  } catch (error) {
    if (!(error instanceof GraphError) || !WITHOUT_TOKEN.includes(error.code)) throw error;
    address.searchParams.set('access_token', account.accessToken);
    return ask(endpoint, { method: 'GET', url: address, headers: {} }, context);
  }
}

async function ask(
  { api, permission }: RenewalEndpoint,
  request: HttpRequest,
  { http, now }: CheckContext,
): Promise<RenewedTokens> {
  const askedAt = now();
  const renewed = await http.ask({ ...request, api, awaited: true }, (given) => {
    const verdict = judgeGraph(given, permission, [NO_TOKEN]);
    if (verdict.kind !== 'accept') return verdict;
    const parsed = answer.safeParse(verdict.value);
    // A date by a clock that is off would keep the token from being renewed in time.
    if (parsed.success) return { kind: 'accept', value: { ...parsed.data, at: platformTime(given.headers, askedAt) } };
    return refuse('unexpected_response', `${api} answered without an access token`, 'connection');
  });
  return renewedTokens(renewed, renewed.at);
}
