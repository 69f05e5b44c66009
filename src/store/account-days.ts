import { z } from 'zod';
import { FAILURE_REASONS, SKIP_REASONS } from '../errors.js';
import type { DateRange } from './accounts.js';
import type { Ask } from './function-call.js';

/**
 * The state of a day that an account should have. `complete`: settled, with every metric that the account has on other days;
 * `incomplete`: settled, without some. `provisional`, `no_data`, `failed`, `skipped`: as its outcome. `late`: no values yet, but the
 * platform may still deliver them. `missing`: no values, although it should have settled. `lost`: out of reach, or deleted.
 */
export const DAY_STATES = [
  'complete',
  'incomplete',
  'provisional',
  'late',
  'no_data',
  'failed',
  'skipped',
  'missing',
  'lost',
] as const;

export type DayState = (typeof DAY_STATES)[number];

export interface AccountKey {
  readonly user_id: string;
  readonly platform: string;
  readonly account_id: string;
}

export interface AccountDaysRequest {
  /** `null` selects all. */
  readonly userId: string | null;
  readonly platforms: readonly string[] | null;
  /** Only active accounts that fail or lack a permission. */
  readonly onlyFailing: boolean;
  /** By platform: ended days, and the last of them that is past the settling time. */
  readonly ranges: Readonly<Record<string, DateRange & { readonly settledTo: string }>>;
  /** How many days that are not complete are listed for each account. */
  readonly mostDates: number;
  readonly after: AccountKey | null;
  readonly pageSize: number;
}

/** An account as of the last run, without tokens. */
export interface DescribedAccount {
  readonly userId: string;
  readonly platform: string;
  /** `connection:ID` if the connection names no account. */
  readonly accountId: string;
  readonly accountName: string | null;
  readonly isPrimary: boolean;
  /** Whether an active connection opens it. */
  readonly active: boolean;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  /** Every day up to this one is collected, finally without data, or lost. */
  readonly doneTo: string | null;
  readonly collectedAt: string | null;
  readonly daysLost: number;
  readonly failing: {
    readonly reason: (typeof FAILURE_REASONS)[number] | (typeof SKIP_REASONS)[number];
    readonly message: string | null;
    readonly since: string;
    readonly runs: number;
  } | null;
  readonly days: Readonly<Record<DayState, number>>;
  /** The newest first. */
  readonly openDays: readonly (readonly [date: string, state: DayState])[];
}

export interface DescribedPage {
  readonly accounts: readonly DescribedAccount[];
  readonly hasMore: boolean;
}

const described = z
  .object({
    user_id: z.string(),
    platform: z.string(),
    account_id: z.string(),
    account_name: z.string().nullable(),
    is_primary: z.boolean(),
    active: z.boolean(),
    first_day: z.iso.date().nullable(),
    last_day: z.iso.date().nullable(),
    done_to: z.iso.date().nullable(),
    collected_at: z.iso.datetime({ offset: true }).nullable(),
    days_lost: z.number(),
    reason: z.enum([...FAILURE_REASONS, ...SKIP_REASONS]).nullable(),
    message: z.string().nullable(),
    failing_since: z.iso.date().nullable(),
    failing_runs: z.number(),
    days: z.record(z.enum(DAY_STATES), z.number()),
    open_days: z.array(z.tuple([z.iso.date(), z.enum(DAY_STATES)])),
  })
  .transform(
    (row): DescribedAccount => ({
      userId: row.user_id,
      platform: row.platform,
      accountId: row.account_id,
      accountName: row.account_name,
      isPrimary: row.is_primary,
      active: row.active,
      firstDay: row.first_day,
      lastDay: row.last_day,
      doneTo: row.done_to,
      collectedAt: row.collected_at,
      daysLost: row.days_lost,
      failing:
        row.reason === null || row.failing_since === null
          ? null
          : { reason: row.reason, message: row.message, since: row.failing_since, runs: row.failing_runs },
      days: row.days,
      openDays: row.open_days,
    }),
  );

const answer = z.object({ accounts: z.array(described), has_more: z.boolean() });

/** Implements `Store.describeAccounts`. */
export async function describeAccounts(
  ask: Ask,
  { userId, platforms, onlyFailing, ranges, mostDates, after, pageSize }: AccountDaysRequest,
): Promise<DescribedPage> {
  const { accounts, has_more: hasMore } = await ask(answer, 'describe_collection_accounts', {
    for_user: userId,
    for_platforms: platforms,
    only_failing: onlyFailing,
    ranges: Object.fromEntries(
      Object.entries(ranges).map(([platform, { since, until, settledTo }]) => [
        platform,
        { since, until, settled_to: settledTo },
      ]),
    ),
    most_dates: mostDates,
    after_key: after,
    page_size: pageSize,
  });
  return { accounts, hasMore };
}
