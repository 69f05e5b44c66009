import { z } from 'zod';
import type { HttpRequest } from '../../http/http.js';
import type { Account, CheckContext, RenewedTokens } from '../contract.js';
import { GraphError, judgeGraph } from '../meta/errors.js';
import { refuse } from '../shared/verdicts.js';

const answer = z.object({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: z.number().positive(),
});
/** Invalid parameter, no token given, invalid token. */
const WITHOUT_TOKEN = [100, 190, 2500];

/**
 * Renews a token of the Instagram login for 60 days: it must be a day old, and not have ended. See "Refresh Access Token" in the
 * reference of the Instagram platform, whose example has the token in the URL; only if the header is not taken is it sent there.
 */
export async function renewInstagram(url: string, account: Account, context: CheckContext): Promise<RenewedTokens> {
  const address = new URL(`${url}/refresh_access_token`);
  address.searchParams.set('grant_type', 'ig_refresh_token');
  try {
    return await ask(
      { method: 'GET', url: address, headers: { authorization: `Bearer ${account.accessToken}` } },
      context,
    );
  } catch (error) {
    if (!(error instanceof GraphError) || !WITHOUT_TOKEN.includes(error.code)) throw error;
    address.searchParams.set('access_token', account.accessToken);
    return ask({ method: 'GET', url: address, headers: {} }, context);
  }
}

async function ask(request: HttpRequest, { http, now }: CheckContext): Promise<RenewedTokens> {
  const api = "Instagram's token endpoint";
  const renewed = await http.ask({ ...request, api }, (given) => {
    const verdict = judgeGraph(given, 'instagram_business_basic');
    if (verdict.kind !== 'accept') return verdict;
    const parsed = answer.safeParse(verdict.value);
    if (parsed.success) return { kind: 'accept', value: parsed.data };
    return refuse('unexpected_response', `${api} answered without an access token`, 'connection');
  });
  return {
    accessToken: renewed.access_token,
    refreshToken: null,
    expiresAt: new Date(now().getTime() + renewed.expires_in * 1_000),
  };
}
