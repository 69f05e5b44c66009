import { DAY_MS } from '../../clock.js';
import { PlatformError } from '../../errors.js';
import type { Account, CheckContext } from '../contract.js';
import { askClosing, dayFrom, joined, lastOf } from '../shared/parts.js';
import { missingCredentials } from '../shared/token-endpoint.js';
import { type AccountsAnswer, answerFrom, usernameFrom } from './accounts-answer.js';
import { APP, renewAccounts } from './accounts-renewal.js';
import { ACCOUNTS_API, type ApiSettings, type TiktokApi } from './api.js';
import { judgeAccounts } from './errors.js';
import { askTolerantly } from './fields.js';
import { CLOSING, DAILY } from './metrics.js';

interface Query {
  readonly start_date?: string;
  readonly end_date?: string;
}

/** `GET /business/get/` of TikTok API for Business. */
export function accountsApi(settings: ApiSettings): TiktokApi {
  const get = (
    { accountId, accessToken, refreshToken }: Account,
    { http }: CheckContext,
    query: Query,
    fields: readonly string[],
  ) => {
    const url = new URL(`${settings.url}/open_api/v1.3/business/get/`);
    // The `open_id` that came with the token, unchanged (id=1738084387220481 of https://business-api.tiktok.com/portal/docs).
    const parameters = { business_id: accountId, ...query, fields: JSON.stringify(fields) };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return http.ask({ api: ACCOUNTS_API, method: 'GET', url, headers: { 'access-token': accessToken } }, (answer) =>
      judgeAccounts(answer, refreshToken !== null),
    );
  };

  return {
    async collect(account, days, context) {
      const query = { start_date: days[0].date, end_date: lastOf(days).date };
      const answers = await askTolerantly<AccountsAnswer>({
        api: ACCOUNTS_API,
        fields: [...DAILY, ...(context.wantsClosing ? CLOSING : [])].map(({ name }) => name),
        refused: context.refused,
        ask: async (fields) => answerFrom(await get(account, context, query, fields)),
      });
      return {
        days: days.map(({ date }) =>
          dayFrom(
            date,
            answers.flatMap(({ days }) => days.get(date) ?? []),
          ),
        ),
        closing: await askClosing('tiktok: totals', context, async () => joined(answers.map(({ closing }) => closing))),
      };
    },

    async check(account, context) {
      const yesterday = new Date(context.now().getTime() - DAY_MS).toISOString().slice(0, 10);
      await get(account, context, { start_date: yesterday, end_date: yesterday }, ['video_views']);
      return { accountName: await username() };

      /** Null without its permission, which nothing else needs. */
      async function username(): Promise<string | null> {
        try {
          return usernameFrom(await get(account, context, {}, ['username']));
        } catch (error) {
          if (error instanceof PlatformError) return null;
          throw error;
        }
      }
    },

    renew: (account, context) => renewAccounts(settings, account, context),
    missingForRenewal: missingCredentials(APP, settings),
  };
}
