import {
  type Account,
  baseAddress,
  type CheckContext,
  definePlatform,
  type HttpAnswer,
  judgePlain,
  PlatformError,
  type Verdict,
} from 'analytics-collect';

/** A user of Hacker News: the karma, as of now. No token is needed. See https://github.com/HackerNews/API. */
export default definePlatform({
  name: 'hacker_news',
  title: 'Hacker News',
  variables: { HACKER_NEWS_URL: baseAddress('https://hacker-news.firebaseio.com') },
  create: ({ HACKER_NEWS_URL: url }) => ({
    name: 'hacker_news',
    api: 'hacker_news_firebase',
    day: { timeZone: 'UTC', settlesAfterHours: 0, reachDays: 1, asks: 'day' },
    metrics: [
      {
        name: 'karma',
        unit: 'count',
        aggregate: 'last',
        period: 'lifetime',
        meaning: "Votes for the user's stories and comments since the account was made, as of the collection",
      },
    ],
    version: { name: 'v0', endsOn: null, variable: null },
    needsToken: false,
    renewsTokens: false,
    endsByDate: () => false,
    storageRule: null,

    async collect(account, days, context) {
      const closing = context.wantsClosing ? [{ metric: 'karma', value: await karmaOf(url, account, context) }] : [];
      // The API keeps no history: there is a figure of now, and nothing else for the day.
      return { days: days.map(({ date }) => ({ date, kind: 'no_data' })), closing };
    },

    async check(account, context) {
      await karmaOf(url, account, context);
      return { accountName: account.accountId };
    },
  }),
});

/** Asks for the user. The collector retries and waits; here an answer is only judged. */
function karmaOf(url: string, { accountId }: Account, { http }: CheckContext): Promise<number> {
  const user = new URL(`${url}/v0/user/${encodeURIComponent(accountId)}.json`);
  return http.ask({ method: 'GET', url: user, headers: {} }, (answer) => judgeUser(answer, accountId));
}

function judgeUser(answer: HttpAnswer, id: string): Verdict<number> {
  // Of an unknown user the API says `null`, with status 200.
  if (answer.status === 200 && answer.json === null) {
    return refused(
      new PlatformError('configuration', `Hacker News has no user ${id}; correct account_id`, 'connection'),
    );
  }
  const plain = judgePlain('Hacker News', answer);
  if (plain.kind !== 'accept') return plain;
  const { value: user } = plain;
  if ('karma' in user && typeof user.karma === 'number') return { kind: 'accept', value: user.karma };
  return refused(new PlatformError('unexpected_response', 'the user has no karma that is a number', 'connection'));
}

function refused(error: PlatformError): Verdict<never> {
  return { kind: 'refuse', error };
}
