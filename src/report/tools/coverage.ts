import { z } from 'zod';
import { lastEndedDate } from '../../collector/day.js';
import { lastSettledDate } from '../../collector/window.js';
import { type AccountKey, DAY_STATES, type DescribedAccount } from '../../store/account-days.js';
import type { DateRange } from '../../store/accounts.js';
import {
  accountFields,
  accountOutput,
  dayOutput,
  defineTool,
  platformInput,
  platformsOf,
  type Reader,
  rangeOf,
  rangeOutput,
  sinceInput,
  untilInput,
  userInput,
} from './tool.js';

const PAGE_SIZE = 1000;
const MOST_ACCOUNTS = 100;
const MOST_DATES = 31;
/** Of more, a chatbot would not wait for the answer: each thousand takes a tenth of a second. */
const MOST_COUNTED = 20_000;

const days = z.object(
  Object.fromEntries(DAY_STATES.map((state) => [state, z.int()])) as Record<(typeof DAY_STATES)[number], z.ZodInt>,
);

export const coverageTool = defineTool({
  name: 'coverage',
  title: 'Which days are collected',
  description:
    "Counts how many days of a range are complete on each platform, and in which state the others are; for one user also by account, with the dates. Ask this before you read a gap in the values as a drop. An account's days count from its first collected day, and only once they have ended in the platform's time zone. complete: settled, with every metric. incomplete: settled, but without a metric that the account has on other days. provisional: the values may still change. late: no values yet, but the platform may still deliver them. no_data: the platform had none. failed, skipped: not collected, see accounts for why. missing: not collected yet. lost: can no longer be collected, or was deleted.",
  input: {
    user_id: userInput.optional(),
    platform: platformInput.optional(),
    since: sinceInput.optional(),
    until: untilInput.optional(),
  },
  output: {
    range: rangeOutput,
    platforms: z.array(
      z.object({
        platform: z.string(),
        until: dayOutput.describe('The last day of the range that has ended on this platform.'),
        accounts: z.int(),
        days: days.describe('Pairs of account and day, each counted once.'),
      }),
    ),
    accounts: z
      .array(
        z.object({
          ...accountOutput,
          days,
          not_complete: z
            .array(z.object({ date: dayOutput, state: z.enum(DAY_STATES) }))
            .describe(`The newest ${MOST_DATES} days that are not complete.`),
        }),
      )
      .describe('Only with a user.'),
    note: z.string(),
  },
  async answer(reader, { user_id, platform, ...given }) {
    const range = rangeOf(given, reader.now());
    const ranges = endedRanges(reader, range);
    const platforms = new Map<string, ReturnType<typeof emptyPlatform>>();
    const accounts: DescribedAccount[] = [];
    let count = 0;
    let isAll = true;
    for await (const page of pagesOf(
      reader,
      { userId: user_id ?? null, platforms: platformsOf(platform, reader) },
      ranges,
    )) {
      for (const account of page) {
        const known = ranges[account.platform];
        if (known === undefined) continue;
        const sum = platforms.get(account.platform) ?? emptyPlatform(account.platform, known.until);
        platforms.set(account.platform, sum);
        sum.accounts++;
        for (const state of DAY_STATES) sum.days[state] += account.days[state];
        count++;
        if (user_id !== undefined && accounts.length < MOST_ACCOUNTS) accounts.push(account);
      }
      isAll = count < MOST_COUNTED;
      if (!isAll) break;
    }
    return {
      range,
      platforms: [...platforms.values()],
      accounts: accounts.map((account) => ({
        ...accountFields(account),
        days: account.days,
        not_complete: account.openDays.map(([date, state]) => ({ date, state })),
      })),
      note: isAll
        ? noteOf(count, user_id === undefined ? count : accounts.length)
        : `Only the first ${count} accounts, in the order of users, are counted. Name a user for theirs; the command status counts all.`,
    };
  },
});

type Ranges = Readonly<Record<string, DateRange & { readonly settledTo: string }>>;

/** The days of the range that have ended, by platform, and the last of them that should have settled. */
function endedRanges({ platforms, now }: Reader, { since, until }: DateRange): Ranges {
  return Object.fromEntries(
    [...platforms].map(([name, { day }]) => {
      const ended = lastEndedDate(now(), day.timeZone);
      return [name, { since, until: until < ended ? until : ended, settledTo: lastSettledDate(ended, day, now()) }];
    }),
  );
}

async function* pagesOf(
  { store }: Reader,
  selected: { readonly userId: string | null; readonly platforms: readonly string[] | null },
  ranges: Ranges,
): AsyncGenerator<readonly DescribedAccount[]> {
  const mostDates = selected.userId === null ? 0 : MOST_DATES;
  for (let after: AccountKey | null = null, hasMore = true; hasMore; ) {
    const page = await store.describeAccounts({
      ...selected,
      onlyFailing: false,
      ranges,
      mostDates,
      after,
      pageSize: PAGE_SIZE,
    });
    yield page.accounts;
    const last = page.accounts.at(-1);
    hasMore = page.hasMore && last !== undefined;
    after = last ? { user_id: last.userId, platform: last.platform, account_id: last.accountId } : null;
  }
}

function emptyPlatform(platform: string, until: string) {
  const none = Object.fromEntries(DAY_STATES.map((state) => [state, 0]));
  return { platform, until, accounts: 0, days: none as Record<(typeof DAY_STATES)[number], number> };
}

function noteOf(accounts: number, shown: number): string {
  if (accounts === 0) return 'No accounts match.';
  if (shown < accounts)
    return `The first ${shown} of ${accounts} accounts are listed; the counts by platform include all. Name a platform to see others.`;
  return 'Days before an account was first collected, and after it was disconnected, are not counted.';
}
