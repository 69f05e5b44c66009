import { z } from 'zod';
import { type FailureReason, isSkipReason } from '../../errors.js';
import type { DescribedAccount } from '../../store/account-days.js';
import { FIXES } from '../fixes.js';
import {
  accountFields,
  accountOutput,
  dayOutput,
  defineTool,
  fromCursor,
  platformInput,
  platformsOf,
  toCursor,
  userInput,
} from './tool.js';

const MOST = 200;

const cursorKey = z.object({ user_id: z.string(), platform: z.string(), account_id: z.string() });

export const accountsTool = defineTool({
  name: 'accounts',
  title: 'Accounts and their state',
  description:
    'Lists the connected social media accounts as of the last run: the first and last day with values, the day up to which nothing is left to collect, and whether the account fails, why, since when, and what to do. Ask this first to learn user ids, platforms and account ids, and when values seem to be missing. It gives no tokens and starts no run.',
  input: {
    user_id: userInput.optional(),
    platform: platformInput.optional(),
    only_failing: z.boolean().default(false).describe('Only accounts that fail or lack a permission.'),
    limit: z.int().min(1).max(MOST).default(50).describe('How many accounts to return at most.'),
    cursor: z.string().optional().describe('next_cursor of the previous answer, to continue.'),
  },
  output: {
    accounts: z.array(
      z.object({
        ...accountOutput,
        active: z.boolean().describe('False if it is no longer connected; its values are kept.'),
        first_day: dayOutput.nullable().describe('The first day with values. Null: nothing was collected yet.'),
        last_day: dayOutput.nullable().describe('The newest day with values; it may still be provisional.'),
        done_to: dayOutput
          .nullable()
          .describe('Nothing is left to do up to this day: each day is collected, finally without data, or lost.'),
        lost_days: z.int().describe('Days that the platform no longer answers for.'),
        collected_at: z.string().nullable().describe('When a run last collected it.'),
        failing: z
          .object({
            reason: z.string(),
            message: z.string().nullable(),
            since: dayOutput,
            runs: z.int().describe('For how many runs in a row.'),
            fix: z.string().nullable().describe('What to do about it.'),
          })
          .nullable(),
      }),
    ),
    note: z.string(),
    next_cursor: z.string().nullable().describe('Not null if there are more accounts.'),
  },
  async answer(reader, { user_id, platform, only_failing, limit, cursor }) {
    const { accounts, hasMore } = await reader.store.describeAccounts({
      userId: user_id ?? null,
      platforms: platformsOf(platform, reader),
      onlyFailing: only_failing,
      ranges: {},
      mostDates: 0,
      after: fromCursor(cursorKey, cursor),
      pageSize: limit,
    });
    const last = accounts.at(-1);
    const next = hasMore && last ? { user_id: last.userId, platform: last.platform, account_id: last.accountId } : null;
    return {
      accounts: accounts.map(stateOf),
      note: noteOf(accounts.length, next !== null),
      next_cursor: next && toCursor(next),
    };
  },
});

function stateOf(account: DescribedAccount) {
  const { active, firstDay, lastDay, doneTo, daysLost, collectedAt, failing } = account;
  return {
    ...accountFields(account),
    active,
    first_day: firstDay,
    last_day: lastDay,
    done_to: doneTo,
    lost_days: daysLost,
    collected_at: collectedAt,
    failing: failing && { ...failing, fix: fixOf(failing.reason) },
  };
}

function fixOf(reason: string): string | null {
  return reason in FIXES
    ? FIXES[reason as FailureReason]
    : isSkipReason(reason)
      ? 'Nothing: the account is skipped on purpose.'
      : null;
}

function noteOf(accounts: number, isCut: boolean): string {
  if (isCut) return `There are more than these ${accounts} accounts: call again with next_cursor.`;
  return accounts === 0 ? 'No accounts match.' : 'These are all accounts.';
}
