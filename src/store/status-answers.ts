import { z } from 'zod';
import { FAILURE_REASONS } from '../errors.js';
import { ACCOUNT_STATES } from './account-states.js';

/** The answers of the SQL functions that `status` calls, translated from SQL's spelling into the store's. */

const date = z.iso.date();

const failingAccount = z
  .object({
    connection_id: z.string(),
    user_id: z.string(),
    account_id: z.string().nullable(),
    account_name: z.string().nullable(),
    reason: z.enum(FAILURE_REASONS),
    message: z.string().nullable(),
    failing_since: date,
    runs: z.number(),
  })
  .transform((row) => ({
    connectionId: row.connection_id,
    userId: row.user_id,
    accountId: row.account_id,
    accountName: row.account_name,
    reason: row.reason,
    message: row.message,
    failingSince: row.failing_since,
    runs: row.runs,
  }));

const failingGroup = z
  .object({
    reason: z.enum(FAILURE_REASONS),
    accounts: z.number(),
    since: date,
    runs: z.number(),
    by_runs: z.array(z.object({ runs: z.number(), accounts: z.number() })),
  })
  .transform(({ by_runs, ...group }) => ({ ...group, byRuns: by_runs }));

export const statusAnswer = z.object({
  platforms: z.array(
    z
      .object({
        platform: z.string(),
        accounts: z.number(),
        newest_day: date.nullable(),
        lost_days: z.number(),
        reasons: z.array(failingGroup),
        failing: z.array(failingAccount),
      })
      .transform((row) => ({
        platform: row.platform,
        accounts: row.accounts,
        newestDay: row.newest_day,
        lostDays: row.lost_days,
        reasons: row.reasons,
        failing: row.failing,
      })),
  ),
});

export const newAccountsAnswer = z.object({
  parts: z.number(),
  platforms: z.array(
    z.object({
      platform: z.string(),
      accounts: z.number(),
      days_missing: z.number(),
      connected: z.record(date, z.number()),
    }),
  ),
  ignored: z.record(z.string(), z.number()),
});

export const usualDaysAnswer = z.record(z.string(), date);

export const daysAnswer = z.object({
  platforms: z.array(
    z.object({
      platform: z.string(),
      accounts_with_data: z.number(),
      days_missing: z.number(),
      states: z.array(z.object({ state: z.enum(ACCOUNT_STATES), accounts: z.number(), since: date.nullable() })),
      /** Complete, late and missing, by date. */
      days: z.record(date, z.tuple([z.number(), z.number(), z.number()])),
    }),
  ),
  last_account: z.number().nullable(),
});

export const listedAnswer = z.object({
  accounts: z.array(
    z
      .object({
        user_id: z.string(),
        platform: z.string(),
        account_id: z.string().nullable(),
        account_name: z.string().nullable(),
        connection_id: z.string().nullable(),
        state: z.enum(ACCOUNT_STATES),
        reason: z.enum(FAILURE_REASONS).nullable(),
        message: z.string().nullable(),
        since: date.nullable(),
        runs: z.number(),
        last_day: date.nullable(),
      })
      .transform((row) => ({
        userId: row.user_id,
        platform: row.platform,
        accountId: row.account_id,
        accountName: row.account_name,
        connectionId: row.connection_id,
        state: row.state,
        reason: row.reason,
        message: row.message,
        since: row.since,
        runs: row.runs,
        lastDay: row.last_day,
      })),
  ),
  last_account: z.number().nullable(),
});
