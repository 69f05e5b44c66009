import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { Account, CheckContext, MetricValue, RenewedTokens } from '../contract.js';
import { readValues } from '../shared/parts.js';
import { whatIsWrong } from '../shared/shape.js';
import {
  configured,
  judgeTokens,
  missingCredentials,
  refreshTokenOf,
  renewedTokens,
} from '../shared/token-endpoint.js';
import { type ApiSettings, DISPLAY_API, type TiktokApi } from './api.js';
import { judgeDisplay } from './errors.js';
import { DISPLAY } from './metrics.js';

export const APP = { provider: 'TikTok', variables: { id: 'TIKTOK_CLIENT_KEY', secret: 'TIKTOK_CLIENT_SECRET' } };
const NAMES = DISPLAY.map(({ name }) => name);

const answer = z.object({ user: z.looseObject({ open_id: z.string().nullish() }) });

/** `GET /v2/user/info/` of TikTok for Developers: only totals as of now. */
export function displayApi(settings: ApiSettings): TiktokApi {
  const totals = async ({ accountId, accessToken, refreshToken }: Account, { http }: CheckContext) => {
    const url = new URL(`${settings.url}/v2/user/info/?fields=${['open_id', ...NAMES].join(',')}`);
    const headers = { authorization: `Bearer ${accessToken}` };
    const data = await http.ask({ api: DISPLAY_API, method: 'GET', url, headers }, (given) =>
      judgeDisplay(given, refreshToken !== null),
    );
    return totalsFrom(data, accountId);
  };

  return {
    collect: async (account, days, context) => ({
      closing: await totals(account, context),
      onlyClosing: true,
      days: days.map(({ date }) => ({ date, kind: 'no_data' })),
    }),

    async check(account, context) {
      await totals(account, context);
      return { accountName: null };
    },

    renew: (account, context) => renewDisplay(settings, account, context),
    missingForRenewal: missingCredentials(APP, settings),
  };
}

/** Throws `PlatformError`, which fails the account: it has no other figures. */
function totalsFrom(data: unknown, accountId: string): readonly MetricValue[] {
  const parsed = answer.safeParse(data);
  if (!parsed.success) throw new PlatformError('unexpected_response', `user/info: ${whatIsWrong(parsed.error)}`);
  const { open_id: id, ...user } = parsed.data.user;
  // TikTok answers for the account that the token was given for. Its totals must not be filed under another one.
  if (id !== null && id !== undefined && id !== accountId) {
    throw new PlatformError(
      'configuration',
      `the token opens the TikTok account with the open_id ${id}, not this one; correct the account id, or connect the account again`,
      'connection',
    );
  }
  const { values, error } = readValues(user, NAMES);
  if (error !== null) throw error;
  return values;
}

export function tokenUrl({ url }: Pick<ApiSettings, 'url'>): string {
  return `${url}/v2/oauth/token/`;
}

/**
 * `POST /v2/oauth/token/`: each renewal replaces the refresh token, and the former one stops working
 * (https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token). Errors are those of OAuth
 * (https://developers.tiktok.com/doc/oauth-error-handling). Throws `PlatformError`, `Interrupted`.
 */
async function renewDisplay(
  settings: ApiSettings,
  account: Account,
  { http, now, warn }: CheckContext,
): Promise<RenewedTokens> {
  const { clientId, clientSecret } = settings;
  const form = {
    client_key: configured(APP, 'id', clientId),
    client_secret: configured(APP, 'secret', clientSecret),
    grant_type: 'refresh_token',
    refresh_token: refreshTokenOf(account),
  };
  const askedAt = now();
  const given = await http.ask(
    { api: DISPLAY_API, method: 'POST', awaited: true, url: new URL(tokenUrl(settings)), headers: {}, form },
    (answer) => judgeTokens(APP, answer, warn),
  );
  return renewedTokens(given, askedAt);
}
