import { z } from 'zod';
import type { StatusWindows } from './account-states.js';
import type { Ask } from './function-call.js';
import { windowsArg } from './read-status.js';
import { pagesOfAccounts } from './sum-of-pages.js';

/** A page of discrepancies has to stay small. */
const LISTED_PAGE_SIZE = 1_000;

/** Which figures of each platform are compared, and on which days. */
export interface ReconciledDays {
  readonly rules: Readonly<Record<string, readonly object[]>>;
  readonly windows: StatusWindows;
}

/** Figures of an account's day that contradict each other. */
export interface Discrepancy {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly metric: string;
  /** The metric's value or, for a level, its change since the day before. */
  readonly stated: number;
  /** What the other figures add up to. */
  readonly computed: number;
}

const answer = z.object({
  days: z.record(z.string(), z.number()),
  discrepancies: z.array(
    z
      .object({
        user_id: z.string(),
        platform: z.string(),
        account_id: z.string(),
        date: z.iso.date(),
        metric: z.string(),
        stated: z.number(),
        computed: z.number(),
      })
      .transform(({ user_id, account_id, ...row }) => ({ ...row, userId: user_id, accountId: account_id })),
  ),
  last_account: z.number().nullable(),
});

/** Implements `Store.countDiscrepancies`. */
export async function countDiscrepancies(ask: Ask, reconciled: ReconciledDays): Promise<Record<string, number>> {
  const sums = new Map<string, number>();
  for await (const { days } of pages(ask, reconciled, false)) {
    for (const [platform, number] of Object.entries(days)) sums.set(platform, (sums.get(platform) ?? 0) + number);
  }
  return Object.fromEntries(sums);
}

/** Implements `Store.listDiscrepancies`. */
export async function* listDiscrepancies(ask: Ask, reconciled: ReconciledDays): AsyncGenerator<readonly Discrepancy[]> {
  for await (const { discrepancies } of pages(ask, reconciled, true)) if (discrepancies.length > 0) yield discrepancies;
}

function pages(ask: Ask, { rules, windows }: ReconciledDays, isListing: boolean) {
  const args = { rules, windows: windowsArg(windows), is_listing: isListing };
  return pagesOfAccounts(
    async (page) => {
      const { last_account: last, ...found } = await ask(answer, 'find_collection_discrepancies', { ...args, ...page });
      return { ...found, last };
    },
    isListing ? LISTED_PAGE_SIZE : undefined,
  );
}
