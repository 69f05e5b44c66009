import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { CollectError, leaseLost, PieceTaken } from '../errors.js';
import * as accountAnswers from './account-answers.js';
import * as answers from './answers.js';
import type { AppliedSchema } from './apply-schema.js';
import { findTokensEnding, openAccounts } from './opening.js';
import { createPatience, type Patiently } from './patience.js';
import { recordArgs } from './record-args.js';
import { renewals } from './renewals.js';
import { SCHEMA_VERSION, type SchemaOptions } from './schema.js';
import { sharedRuns } from './shared-runs.js';
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
  /** As in `Store.warnings`. Default: none. */
  readonly warnings?: readonly string[];
  applySchema(options?: SchemaOptions): Promise<AppliedSchema>;
  close(): Promise<void>;
}

/** Implements the store's contract on any way of calling the schema's functions. What no run calls is loaded by its first caller. */
export function sqlStore(driver: Driver, patiently: Patiently = (call) => call()): Store {
  const { description, warnings = [], schemaFix, call, applySchema, close } = driver;

  async function askOnce<Schema extends z.ZodType>(
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

  const ask: typeof askOnce = (...question) => patiently(() => askOnce(...question));

  return {
    description,
    warnings,
    patient: (patience) => sqlStore(driver, createPatience(patience)),
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

    async inspect(jobs) {
      return (await import('./inspection.js')).inspect(ask, jobs);
    },

    beginRun: ({ scope, trigger, isFull }) =>
      ask(answers.leaseAnswer, 'begin_collection_run', { run_id: randomUUID(), scope, trigger, is_full: isFull }),

    async renewRun(runId, process) {
      // A heartbeat that fails is made up for by the next one.
      const args = { run_id: runId, ...(process !== undefined && { process }) };
      return (await askOnce(answers.renewedAnswer, 'renew_collection_run', args)).renewed;
    },

    shared: sharedRuns(ask, askOnce),
    renewals: renewals(ask),

    async finishRun(runId, status, summary) {
      await ask(answers.finishedAnswer, 'finish_collection_run', { run_id: runId, status, summary });
    },

    async readRun(runId) {
      return (await ask(answers.runAnswer, 'read_collection_run', { run_id: runId })).run;
    },

    async lastRuns() {
      return ask(answers.lastRunsAnswer, 'last_collection_runs');
    },

    async recentRuns(userId, most) {
      return (await ask(answers.recentRunsAnswer, 'recent_collection_runs', { for_user: userId, most })).runs;
    },

    async syncAccounts({ collected, userId }) {
      const args = { collected, for_user: userId, part: 0, parts: 1 };
      await ask(accountAnswers.syncAnswer, 'sync_collection_accounts', args);
    },

    openAccounts: (request) => openAccounts(ask, request),

    async findSuccessions({ userId, at, windowDays }) {
      const args = { for_user: userId, asked_at: at.toISOString(), window_days: windowDays };
      return (await ask(accountAnswers.successionsAnswer, 'find_collection_successions', args)).successions;
    },

    async makePrimary({ account, former }) {
      return (await ask(accountAnswers.changedAnswer, 'make_collection_primary', { account, former })).changed;
    },

    async record(batch) {
      const answer = await ask(accountAnswers.recordAnswer, 'record_collection', recordArgs(batch));
      if (answer.lease === 'lost') throw leaseLost();
      if (answer.lease === 'taken') throw new PieceTaken();
      const { inserted, updated, unchanged, foreign } = answer;
      return { inserted, updated, unchanged, foreign };
    },

    countValues: (runId, { platform, date }) =>
      sumOfPages(async (page) => {
        const args = { run_id: runId, for_platform: platform, for_date: date, ...page };
        const answer = await ask(accountAnswers.valuesAnswer, 'count_collection_values', args);
        return { count: answer.accounts, last: answer.last_account };
      }),

    doubtDay: (runId, { platform, date }) =>
      sumOfPages(async (page) => {
        const args = { run_id: runId, for_platform: platform, for_date: date, ...page };
        const answer = await ask(accountAnswers.doubtAnswer, 'doubt_collection_day', args);
        if (answer.lease === 'lost') throw leaseLost();
        return { count: answer.without_data, last: answer.last_account };
      }),

    async readStatus(windows) {
      return (await import('./read-status.js')).readStatus(ask, windows);
    },
    async *listAccounts(listed) {
      yield* (await import('./read-status.js')).listAccounts(ask, listed);
    },

    async countDiscrepancies(reconciled) {
      return (await import('./discrepancies.js')).countDiscrepancies(ask, reconciled);
    },
    async *listDiscrepancies(reconciled) {
      yield* (await import('./discrepancies.js')).listDiscrepancies(ask, reconciled);
    },

    async describeAccounts(request) {
      return (await import('./account-days.js')).describeAccounts(ask, request);
    },

    async *readValues(request) {
      yield* (await import('./values.js')).readValues(ask, request);
    },

    async explainDay(request, at) {
      return (await import('./explanation.js')).explainDay(ask, request, at);
    },

    async writtenSince(since) {
      return (await ask(answers.writtenAnswer, 'collection_written_since', { since: since.toISOString() })).metrics;
    },

    tokensEnding: (filter, before) => findTokensEnding(ask, filter, before),

    async prune(request) {
      return (await import('./paged-calls.js')).prune(ask, request);
    },

    async listConnections() {
      return (await import('./paged-calls.js')).listConnections(ask);
    },

    listUsers: (most) => ask(accountAnswers.usersAnswer, 'list_collection_users', { most }),

    countConnections: (userId) =>
      ask(accountAnswers.connectionCountsAnswer, 'count_collection_connections', { for_user: userId }),

    async saveConnections(connections) {
      return (await import('./save-connections.js')).saveConnections(ask, connections);
    },

    async saveConnection(connection) {
      return (await import('./save-connections.js')).saveConnection(ask, connection, description);
    },

    async removeConnection(id) {
      return (await ask(answers.removedAnswer, 'remove_collection_connection', { connection_id: id })).removed;
    },

    choosePrimary: (id, collected) =>
      ask(accountAnswers.primaryAnswer, 'choose_collection_primary', { connection_id: id, collected }),
  };
}
