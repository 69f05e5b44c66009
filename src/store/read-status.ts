import type { z } from 'zod';
import type { DateRange } from './accounts.js';
import * as answers from './answers.js';
import type { Ask } from './function-call.js';
import { forEachPart } from './parts.js';
import type { PlatformStatusRow, StatusRows } from './store.js';
import { pagesOfAccounts } from './sum-of-pages.js';

/** How many failing accounts of a platform and reason are read one by one. */
const SAMPLE_SIZE = 100;

type Windows = Readonly<Record<string, DateRange>>;

/** Implements `Store.readStatus`. Accounts and their days are counted in the database, days in pages of accounts. */
export async function readStatus(ask: Ask, windows: Windows): Promise<StatusRows> {
  const sample = { collected: Object.keys(windows), sample_size: SAMPLE_SIZE };
  const [known, unseen, days] = await Promise.all([
    ask(answers.statusAnswer, 'read_collection_status', sample),
    forEachPart((part) => ask(answers.newAccountsAnswer, 'count_new_collection_accounts', { windows, ...part })),
    countDays(ask, windows),
  ]);
  const platforms = Object.keys(windows).sort();
  return {
    platforms: platforms.map((platform): PlatformStatusRow => {
      const isOfPlatform = (row: { readonly platform: string }) => row.platform === platform;
      const { accounts = 0, ...state } = known.platforms.find(isOfPlatform) ?? {};
      const added = unseen.flatMap(({ platforms }) => platforms).filter(isOfPlatform);
      const counted = days.filter(isOfPlatform);
      return {
        platform,
        newestDay: null,
        lostDays: 0,
        reasons: [],
        failing: [],
        ...state,
        accounts: added.reduce((sum, part) => sum + part.accounts, accounts),
        accountsWithData: counted.reduce((sum, page) => sum + page.accounts_with_data, 0),
        daysMissing: [...added, ...counted].reduce((sum, { days_missing }) => sum + days_missing, 0),
      };
    }),
    ignored: sumByPlatform(unseen.map(({ ignored }) => ignored)),
  };
}

function sumByPlatform(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [platform, count] of counts.flatMap((part) => Object.entries(part)))
    sums.set(platform, (sums.get(platform) ?? 0) + count);
  return Object.fromEntries(sums);
}

/** What each page counted, by platform. */
async function countDays(ask: Ask, windows: Windows): Promise<z.output<typeof answers.daysAnswer>['platforms']> {
  const pages = pagesOfAccounts(async (page) => {
    const answer = await ask(answers.daysAnswer, 'count_collection_days', { windows, ...page });
    return { platforms: answer.platforms, last: answer.last_account };
  });
  const counts = [];
  for await (const { platforms } of pages) counts.push(...platforms);
  return counts;
}
