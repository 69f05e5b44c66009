import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { trueReach, trueValue } from '../../../src/sandbox/values.js';
import { EXPECTED } from '../../conformance/accounts.js';
import type { Sql } from '../../support/database.js';

const inLosAngeles = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' });

/** The date so many days before today, in UTC. From 10 on, it is settled on every platform and no platform's last. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** A settled row, in a line. */
function line(...parts: readonly unknown[]): string {
  return parts.join(' ');
}

/** What the table must hold of healthy accounts once settled days are collected: a line a row, sorted. */
export function trueRows(accounts: readonly SandboxAccount[], dates: readonly string[]): string[] {
  const rows = accounts.flatMap((account) =>
    dates.flatMap((date) =>
      Object.entries(EXPECTED[account.platform].daily).flatMap(([metric, apiName]) => {
        const value = trueValue(account.accountId, apiName, date);
        if (value === undefined || isWithheld(account, metric, date)) return [];
        return [line(account.userId, account.platform, metric, date, value, 'true', 'null')];
      }),
    ),
  );
  return rows.sort();
}

/**
 * The figures of a healthy account that no other day has: those of several days, filed under the last that has ended, and
 * totals, under the day whose end is nearest.
 */
export function closingRows(accounts: readonly SandboxAccount[], lastEnded: string): string[] {
  const nearest = inLosAngeles.format(Date.now() - 12 * 3_600_000);
  return accounts.flatMap((account) => {
    const { userId, platform, accountId, followers } = account;
    const { closing, rolling } = EXPECTED[platform];
    const reach = Object.entries(rolling).map(([metric, { of, days }]) => [
      metric,
      trueReach(accountId, of, lastEnded, days),
      lastEnded,
    ]);
    // All accounts of the sandbox have the same totals, but for their followers.
    const totals = Object.entries(closing).map(([metric, value]) =>
      metric === 'followers_count' ? [metric, followers, nearest] : [metric, value, nearest],
    );
    return [...totals, ...reach].map(([metric, value, date]) =>
      line(userId, platform, metric, date, value, 'true', 'null'),
    );
  });
}

/** Instagram keeps followers won and lost to itself below 100 followers, and on a day with neither. */
function isWithheld({ platform, followers, accountId }: SandboxAccount, metric: string, date: string): boolean {
  if (platform !== 'instagram' || !/^(un)?follows$/.test(metric)) return false;
  return followers < 100 || ['follows', 'unfollows'].every((side) => trueValue(accountId, side, date) === 0);
}

/** What the table holds: a line a row, sorted. */
export async function storedRows({ query }: Sql): Promise<string[]> {
  const rows = await query(
    `select user_id, platform, metric, date::text, value::text, metadata ->> 'settled' as settled, post_id
     from analytics_snapshots`,
  );
  return rows
    .map((row) =>
      line(row.user_id, row.platform, row.metric, row.date, Number(row.value), row.settled, String(row.post_id)),
    )
    .sort();
}
