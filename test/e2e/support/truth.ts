import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { trueValue } from '../../../src/sandbox/values.js';
import { EXPECTED } from '../../conformance/accounts.js';
import type { Sql } from '../../support/database.js';

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
        if (value === undefined || isWithheld(account, metric, value)) return [];
        return [line(account.userId, account.platform, metric, date, value, 'true', 'null')];
      }),
    ),
  );
  return rows.sort();
}

/** Instagram keeps followers won and lost to itself below 100 followers, and leaves a kind out that did not occur. */
function isWithheld({ platform, followers }: SandboxAccount, metric: string, value: number): boolean {
  return platform === 'instagram' && /follows$/.test(metric) && (followers < 100 || value === 0);
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
