import type { z } from 'zod';
import { CollectError } from '../errors.js';
import * as answers from './account-answers.js';
import type { AccountFilter, AccountPage, DateRange, StoredConnection, SyncRequest } from './accounts.js';
import type { Ask } from './function-call.js';
import { userOf } from './selection.js';

export interface OpenRequest {
  readonly filter: AccountFilter;
  /** As in `SyncRequest`. */
  readonly collected: SyncRequest['collected'];
  readonly ledger: DateRange;
  /** The run that reads them; null if none does. */
  readonly runId: string | null;
  /** Leaves out accounts with nothing due at this time; null to read all. */
  readonly dueBefore: Date | null;
  /** For `tokensEnding`. */
  readonly tokensBefore: Date;
  /** Whether to change nothing, and read the accounts as they would be. */
  readonly isPreview: boolean;
}

export interface OpenedAccounts {
  /** Accounts of users who are missing from the application's users table: they are not collected. */
  readonly unknownUsers: number;
  /** Of the accounts in the filter, whether due or not. */
  readonly tokensEnding: TokensEnding;
  readonly pages: AsyncIterable<AccountPage>;
}

/** Connections whose access token expires soon. */
export interface TokensEnding {
  /** The soonest first; at least the first 1,000. */
  readonly tokens: readonly TokenEnd[];
  /** How many more there are. */
  readonly omitted: number;
}

/** An access token that expires soon, with its connection. */
export interface TokenEnd extends StoredConnection {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly tokenExpiresAt: string;
}

/** Each page costs a query, which finds its place by an index; memory stays bounded. */
const PAGE_SIZE = 2_000;

type AccountsAnswer = z.output<typeof answers.accountsAnswer>;

/** Carries out `Store.openAccounts`. */
export async function openAccounts(ask: Ask, request: OpenRequest): Promise<OpenedAccounts> {
  const { filter, collected, tokensBefore, isPreview } = request;
  const reading = readingArgs(request);
  const tokens_before = tokensBefore.toISOString();
  if (isPreview) {
    const read = (after_key: string[] | null) =>
      ask(answers.accountsAnswer, 'preview_collection_accounts', { collected, ...reading, after_key });
    const tokensEnding = await findTokensEnding(ask, filter, tokens_before);
    return { unknownUsers: 0, tokensEnding, pages: pagesFrom(await read(null), read) };
  }
  const parts = await forEachPart((part) =>
    ask(answers.openAnswer, 'open_collection_accounts', { collected, tokens_before, ...part, ...reading }),
  );
  const first = parts.at(-1)?.page;
  if (!first) {
    throw new CollectError(
      'store_failed',
      'Unexpected answer from open_collection_accounts (page).',
      'Apply the schema again: `analytics-collect schema`.',
    );
  }
  return {
    unknownUsers: parts.reduce((sum, { unknown_users }) => sum + unknown_users, 0),
    tokensEnding: joined(parts),
    pages: pagesFrom(first, (after_key) =>
      ask(answers.accountsAnswer, 'read_collection_accounts', { ...reading, after_key }),
    ),
  };
}

/** Carries out `Store.tokensEnding`. */
export async function findTokensEnding(ask: Ask, filter: AccountFilter, before: string): Promise<TokensEnding> {
  const args = { ...filterArgs(filter), before };
  return joined(
    await forEachPart((part) => ask(answers.tokensEndingAnswer, 'collection_tokens_ending', { ...args, ...part })),
  );
}

/** Calls for one part of the users after another: for all of them at once, unless the tables are large. */
async function forEachPart<Answer extends { readonly parts: number }>(
  ask: (part: { readonly part: number; readonly parts: number | null }) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = [await ask({ part: 0, parts: null })];
  const parts = answers[0]?.parts ?? 1;
  for (let part = 1; part < parts; part++) answers.push(await ask({ part, parts }));
  return answers;
}

async function* pagesFrom(
  first: AccountsAnswer,
  read: (afterKey: string[]) => Promise<AccountsAnswer>,
): AsyncGenerator<AccountPage> {
  for (let page = first; ; page = await read(page.next_key)) {
    yield page;
    if (page.next_key === null) return;
  }
}

function joined(parts: readonly z.output<typeof answers.tokensEndingAnswer>[]): TokensEnding {
  return {
    tokens: parts
      .flatMap(({ tokens_ending }) => tokens_ending)
      .sort((one, other) => Date.parse(one.tokenExpiresAt) - Date.parse(other.tokenExpiresAt)),
    omitted: parts.reduce((sum, { tokens_omitted }) => sum + tokens_omitted, 0),
  };
}

function readingArgs({ filter, ledger, runId, dueBefore }: OpenRequest) {
  return {
    ...filterArgs(filter),
    for_run: runId,
    due_before: dueBefore?.toISOString() ?? null,
    ...ledger,
    page_size: PAGE_SIZE,
  };
}

function filterArgs({ selection, platforms }: AccountFilter) {
  const { kind, ...shard } = selection;
  return { for_user: userOf(selection), for_platforms: platforms, for_shard: kind === 'shard' ? shard : null };
}
