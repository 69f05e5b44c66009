import type { z } from 'zod';
import type { Clock } from '../clock.js';
import { CollectError, leaseLost } from '../errors.js';
import * as accountAnswers from './account-answers.js';
import type { AccountFilter, AccountKey, AccountRow, AccountsRequest } from './accounts.js';
import * as answers from './answers.js';
import type { AppliedSchema } from './apply-schema.js';
import { patiently } from './patience.js';
import { SCHEMA_VERSION } from './schema.js';
import { userOf } from './selection.js';
import type { Store } from './store.js';
import { sumOfPages } from './sum-of-pages.js';

/** Calls one of the schema's functions with named arguments, and returns its JSON value. Throws `CollectError`. */
export type Call = (functionName: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** What differs between databases. */
export interface Driver {
  readonly description: string;
  /** What to do about a missing or outdated schema, as a sentence. */
  readonly schemaFix: string;
  readonly call: Call;
  /** For the pauses before a call is retried. Default: the system's clock. */
  readonly clock?: Pick<Clock, 'monotonic' | 'sleep'>;
  applySchema(): Promise<AppliedSchema>;
  close(): Promise<void>;
}

/** No state is kept between pages, so each one repeats the query: a few large pages cost little, and memory stays bounded. */
const PAGE_SIZE = 2_000;

/** Implements the store's contract on any way of calling the schema's functions. */
export function sqlStore({ description, schemaFix, call, clock, applySchema, close }: Driver): Store {
  async function ask<Schema extends z.ZodType>(
    answer: Schema,
    functionName: string,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<z.output<Schema>> {
    const parsed = answer.safeParse(await call(functionName, args));
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join('.') || 'the whole answer';
    throw new CollectError(
      'store_failed',
      `Unexpected answer from ${functionName} in ${description} (${where}).`,
      schemaFix,
    );
  }

  /** For calls during a run that may be repeated: a database restart must not end the run. */
  const askPatiently: typeof ask = (...call) => patiently(() => ask(...call), clock);

  return {
    description,
    applySchema,
    close,

    async check() {
      const schema = await ask(answers.schemaAnswer, 'check_collection');
      if (schema.schema_version < SCHEMA_VERSION) {
        throw new CollectError(
          'schema_outdated',
          `The schema in ${description} is older than this program needs.`,
          schemaFix,
        );
      }
      if (!schema.unique_key) {
        throw new CollectError(
          'schema_outdated',
          `In ${description}, analytics_snapshots lacks its unique key with NULLS NOT DISTINCT, so a rerun would write duplicates.`,
          schemaFix,
        );
      }
      if (schema.value_type !== 'numeric') {
        throw new CollectError(
          'schema_outdated',
          `In ${description}, analytics_snapshots.value has the type ${schema.value_type}, which would round or refuse values.`,
          `${schemaFix} If a view depends on the column, the schema command prints the statements to run.`,
        );
      }
    },

    beginRun: ({ scope, trigger }) => ask(answers.leaseAnswer, 'begin_collection_run', { scope, trigger }),

    async renewRun(runId) {
      return (await ask(answers.renewedAnswer, 'renew_collection_run', { run_id: runId })).renewed;
    },

    async finishRun(runId, status, summary) {
      await askPatiently(answers.finishedAnswer, 'finish_collection_run', { run_id: runId, status, summary });
    },

    async readRun(runId) {
      return (await ask(answers.runAnswer, 'read_collection_run', { run_id: runId })).run;
    },

    async lastRuns() {
      return ask(answers.lastRunsAnswer, 'last_collection_runs');
    },

    syncAccounts: ({ collected, userId }) =>
      askPatiently(accountAnswers.syncAnswer, 'sync_collection_accounts', { collected, for_user: userId }),

    async findSuccessions({ userId, at, windowDays }) {
      const args = { for_user: userId, asked_at: at.toISOString(), window_days: windowDays };
      return (await askPatiently(accountAnswers.successionsAnswer, 'find_collection_successions', args)).successions;
    },

    async makePrimary({ account, former }) {
      return (await askPatiently(accountAnswers.changedAnswer, 'make_collection_primary', { account, former })).changed;
    },

    async *readAccounts({ filter, ledger, runId, dueBefore, preview, onwards }: AccountsRequest) {
      let afterKey: AccountKey | null = onwards?.after ?? null;
      do {
        const page: z.output<typeof accountAnswers.accountsAnswer> = await askPatiently(
          accountAnswers.accountsAnswer,
          preview === null ? 'read_collection_accounts' : 'preview_collection_accounts',
          {
            ...(preview === null ? {} : { collected: preview }),
            ...filterArgs(filter),
            for_run: runId,
            due_before: dueBefore?.toISOString() ?? null,
            ...ledger,
            after_key: afterKey,
            page_size: onwards?.pageSize ?? PAGE_SIZE,
          },
        );
        yield page;
        afterKey = page.next;
      } while (afterKey !== null);
    },

    async record({ runId, at, accounts, snapshots, outcomes, refresh, adopt }) {
      const answer = await askPatiently(accountAnswers.recordAnswer, 'record_collection', {
        run_id: runId,
        recorded_at: at.toISOString(),
        accounts: accounts.map(accountArg),
        snapshots,
        outcomes,
        refresh,
        adopt,
      });
      if (answer.lease === 'lost') throw leaseLost();
      const { inserted, updated, unchanged, foreign } = answer;
      return { inserted, updated, unchanged, foreign };
    },

    countValues: (runId, { platform, date }) =>
      sumOfPages(async (page) => {
        const args = { run_id: runId, for_platform: platform, for_date: date, ...page };
        const answer = await askPatiently(accountAnswers.valuesAnswer, 'count_collection_values', args);
        return { count: answer.accounts, last: answer.last_account };
      }),

    doubtDay: (runId, { platform, date }) =>
      sumOfPages(async (page) => {
        const args = { run_id: runId, for_platform: platform, for_date: date, ...page };
        const answer = await askPatiently(accountAnswers.doubtAnswer, 'doubt_collection_day', args);
        if (answer.lease === 'lost') throw leaseLost();
        return { count: answer.without_data, last: answer.last_account };
      }),

    readStatus: (windows) => ask(answers.statusAnswer, 'read_collection_status', { windows }),

    async writtenSince(since) {
      return (await ask(answers.writtenAnswer, 'collection_written_since', { since: since.toISOString() })).metrics;
    },

    async tokensEnding(filter, before) {
      return (
        await askPatiently(accountAnswers.tokensEndingAnswer, 'collection_tokens_ending', {
          ...filterArgs(filter),
          before,
        })
      ).connections;
    },

    prune: ({ platform, before, dryRun }) =>
      ask(answers.prunedAnswer, 'prune_collection', { for_platform: platform, before, dry_run: dryRun }),

    async listConnections() {
      return (await ask(accountAnswers.connectionListAnswer, 'list_collection_connections')).connections;
    },

    countConnections: (userId) =>
      askPatiently(accountAnswers.connectionCountsAnswer, 'count_collection_connections', { for_user: userId }),

    async saveConnection(connection) {
      const answer = await ask(answers.savedAnswer, 'save_collection_connection', {
        for_user: connection.userId,
        for_platform: connection.platform,
        account_id: connection.accountId,
        account_name: connection.accountName,
        access_token: connection.accessToken,
        refresh_token: connection.refreshToken,
        token_expires_at: connection.tokenExpiresAt,
      });
      if (!('refused' in answer)) return answer;
      throw new CollectError(
        'usage',
        `Cannot store the connection in ${description}: ${answer.refused}.`,
        'Use the id of an existing user, in the form in which the application stores it.',
      );
    },

    async removeConnection(id) {
      return (await ask(answers.removedAnswer, 'remove_collection_connection', { connection_id: id })).removed;
    },

    choosePrimary: (id, collected) =>
      askPatiently(accountAnswers.primaryAnswer, 'choose_collection_primary', { connection_id: id, collected }),
  };
}

function accountArg(row: AccountRow) {
  return {
    id: row.id,
    connection_id: row.connectionId,
    reason: row.reason,
    message: row.message,
    reached: row.reached,
    done_to: row.doneTo,
    done_to_before: row.doneToBefore,
    closing_day: row.closingDay,
    metrics: row.metrics,
    days_lost: row.daysLost,
    closed_to: row.closedTo,
    due_at: row.dueAt?.toISOString() ?? null,
  };
}

function filterArgs({ selection, platforms }: AccountFilter) {
  const { kind, ...shard } = selection;
  return { for_user: userOf(selection), for_platforms: platforms, for_shard: kind === 'shard' ? shard : null };
}
