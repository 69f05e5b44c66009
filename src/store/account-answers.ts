import { z } from 'zod';
import { FAILURE_REASONS, SKIP_REASONS } from '../errors.js';
import { DOUBT_REASONS, FIGURES, FOR_GOOD, OUTCOME_STATES } from './accounts.js';

/** The answers of the SQL functions on accounts and connections, translated from SQL's spelling into the store's. */

const date = z.iso.date();
const instant = z.iso.datetime({ offset: true });

const access = z
  .object({ token: z.string(), ends_at: instant.nullable(), asked_at: instant })
  .transform(({ token, ends_at: endsAt, asked_at: askedAt }) => ({
    token,
    endsAt: endsAt === null ? null : new Date(endsAt),
    askedAt: new Date(askedAt),
  }));

export const recordCounts = z.object({
  inserted: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  foreign: z.object({ rows: z.number(), since: date.nullable(), until: date.nullable() }),
});

export const recordAnswer = z.discriminatedUnion('lease', [
  z.object({ lease: z.literal('lost') }),
  z.object({ lease: z.literal('taken') }),
  recordCounts.extend({ lease: z.literal('held') }),
]);

export const doubtAnswer = z.discriminatedUnion('lease', [
  z.object({ lease: z.literal('lost') }),
  z.object({ lease: z.literal('held'), without_data: z.number(), last_account: z.number().nullable() }),
]);

export const valuesAnswer = z.object({ accounts: z.number(), last_account: z.number().nullable() });

export const syncAnswer = z.object({ unknown_users: z.number() });

export const successionsAnswer = z.object({
  successions: z.array(
    z
      .object({
        account: z.number(),
        former: z.number(),
        user_id: z.string(),
        platform: z.string(),
        account_id: z.string(),
        former_account_id: z.string(),
        reason: z.string().nullable(),
      })
      .transform((row) => ({
        account: row.account,
        former: row.former,
        userId: row.user_id,
        platform: row.platform,
        accountId: row.account_id,
        formerAccountId: row.former_account_id,
        reason: row.reason,
      })),
  ),
});

export const changedAnswer = z.object({ changed: z.boolean() });

export const primaryAnswer = z.discriminatedUnion('result', [
  z.object({ result: z.literal('not_found') }),
  z
    .object({ result: z.literal('not_collected'), platform: z.string(), account_id: z.string().nullable() })
    .transform((row) => ({ result: row.result, platform: row.platform, accountId: row.account_id })),
  z
    .object({
      result: z.enum(['changed', 'unchanged']),
      user_id: z.string(),
      platform: z.string(),
      account_id: z.string(),
    })
    .transform((row) => ({
      result: row.result,
      userId: row.user_id,
      platform: row.platform,
      accountId: row.account_id,
    })),
]);

const connection = z.object({
  id: z.string(),
  access_token: z.string().nullable(),
  refresh_token: z.string().nullable(),
  token_expires_at: instant.nullable(),
});

export const storedConnection = connection.transform((row) => ({
  id: row.id,
  accessToken: row.access_token,
  refreshToken: row.refresh_token,
  tokenExpiresAt: row.token_expires_at,
}));

export const storedAccounts = z.array(
  z
    .object({
      id: z.number(),
      user_id: z.string(),
      platform: z.string(),
      account_id: z.string().nullable(),
      account_name: z.string().nullable(),
      connections: z.tuple([storedConnection], storedConnection),
      failing_since: instant.nullable(),
      failing_runs: z.number(),
      user_accounts: z.number(),
      first_day: date.nullable(),
      done_to: date.nullable(),
      closing_day: date.nullable(),
      metrics: z.record(z.string(), z.tuple([date, date])),
      access: access.nullable(),
      ledger: z.array(
        z
          .object({
            date,
            state: z.enum(OUTCOME_STATES),
            missing: z.array(z.string()),
            figures: z.enum(FIGURES),
            doubt: z.enum(DOUBT_REASONS).nullable(),
            is_gone: z.boolean(),
          })
          .transform(({ is_gone: isGone, ...entry }) => ({ ...entry, isGone })),
      ),
    })
    .transform((row) => ({
      id: row.id,
      userId: row.user_id,
      platform: row.platform,
      accountId: row.account_id,
      accountName: row.account_name,
      connections: row.connections,
      failingSince: row.failing_since,
      failingRuns: row.failing_runs,
      userAccounts: row.user_accounts,
      firstDay: row.first_day,
      doneTo: row.done_to,
      closingDay: row.closing_day,
      metrics: row.metrics,
      access: row.access,
      ledger: row.ledger,
    })),
);

const recordedDay = {
  account: z.number(),
  date,
  metrics: z.number(),
  missing: z.array(z.string()),
  figures: z.enum(FIGURES),
};

/** A row of `collection_outcomes`. */
export const outcome = z.discriminatedUnion('state', [
  z.object({ ...recordedDay, state: z.literal('failed'), reason: z.enum(FAILURE_REASONS), message: z.string() }),
  z.object({ ...recordedDay, state: z.literal('skipped'), reason: z.enum(SKIP_REASONS), message: z.string() }),
  z.object({
    ...recordedDay,
    state: z.literal('provisional'),
    reason: z.enum(DOUBT_REASONS).nullable(),
    message: z.null(),
  }),
  z.object({ ...recordedDay, state: z.literal('no_data'), reason: z.literal(FOR_GOOD).nullable(), message: z.null() }),
  z.object({ ...recordedDay, state: z.enum(['settled', 'pending']), reason: z.null(), message: z.null() }),
]);

export const accountsAnswer = z.object({
  accounts: storedAccounts,
  next_key: z.array(z.string()).nullable(),
  counts: z
    .object({ accounts: z.number(), idle: z.record(z.string(), z.number()), idle_users: z.number() })
    .transform((row) => ({ accounts: row.accounts, idle: row.idle, idleUsers: row.idle_users }))
    .nullable(),
});

export const connectionListAnswer = z.object({
  connections: z.array(
    z
      .object({
        id: z.string(),
        user_id: z.string(),
        platform: z.string(),
        account_id: z.string().nullable(),
        account_name: z.string().nullable(),
        active: z.boolean(),
        is_primary: z.boolean(),
        token_expires_at: instant.nullable(),
        has_refresh_token: z.boolean(),
      })
      .transform((row) => ({
        id: row.id,
        userId: row.user_id,
        platform: row.platform,
        accountId: row.account_id,
        accountName: row.account_name,
        active: row.active,
        isPrimary: row.is_primary,
        tokenExpiresAt: row.token_expires_at,
        hasRefreshToken: row.has_refresh_token,
      })),
  ),
  next_key: z.string().nullable(),
});

export const usersAnswer = z.array(z.string());

export const connectionCountsAnswer = z.object({
  services: z.array(z.object({ service: z.string(), active: z.number(), inactive: z.number() })),
  encrypted: z.number(),
  neighbours: z.array(z.string()),
});

export const tokensEndingAnswer = z.object({
  parts: z.number(),
  tokens_omitted: z.number(),
  access_omitted: z.number(),
  tokens_ending: z.array(
    connection
      .extend({
        user_id: z.string(),
        platform: z.string(),
        account_id: z.string().nullable(),
        account_name: z.string().nullable(),
        access_ends_at: instant.nullable(),
      })
      .transform((row) => ({
        id: row.id,
        userId: row.user_id,
        platform: row.platform,
        accountId: row.account_id,
        accountName: row.account_name,
        accessToken: row.access_token,
        refreshToken: row.refresh_token,
        tokenExpiresAt: row.token_expires_at,
        accessEndsAt: row.access_ends_at,
      })),
  ),
});

export const openAnswer = tokensEndingAnswer.extend({
  unknown_users: z.number(),
  page: accountsAnswer.nullable(),
});
