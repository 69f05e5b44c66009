import type { z } from 'zod';
import { CollectError } from '../errors.js';
import * as answers from './account-answers.js';
import type {
  AccountCounts,
  AccountFilter,
  DateRange,
  StoredAccount,
  StoredConnection,
  SyncRequest,
} from './accounts.js';
import type { Ask } from './function-call.js';
import { forEachPart } from './parts.js';
import { type PlatformRow, platformArg } from './platforms.js';
import { userOf } from './selection.js';

/** An account's place in the order in which accounts are read. */
type AccountKey = readonly string[];

export interface OpenRequest {
  readonly filter: AccountFilter;
  /** As in `SyncRequest`. */
  readonly collected: SyncRequest['collected'];
  /** What the database keeps of the platforms. */
  readonly platforms: readonly PlatformRow[];
  readonly ledger: DateRange;
  /** The run that reads them; null if none does. */
  readonly runId: string | null;
  /** Leaves out accounts with nothing due at this time; null to read all. */
  readonly dueBefore: Date | null;
  /** For `tokensEnding`. */
  readonly tokensBefore: Date;
  /** Whether to change nothing, and read the accounts as they would be. */
  readonly isPreview: boolean;
  /** How many accounts to read first. Default: 2,000. */
  readonly firstPageSize?: number;
}

export interface OpenedAccounts {
  /** Accounts of users who are missing from the application's users table: they are not collected. */
  readonly unknownUsers: number;
  /** Of the accounts in the filter, whether due or not. */
  readonly tokensEnding: TokensEnding;
  readonly counts: AccountCounts;
  /** The first accounts, of any platform. */
  readonly first: readonly StoredAccount[];
  /** A platform's accounts that come after the first ones, in pages of at most this size. */
  further(platform: string, pageSize: number): AsyncIterable<readonly StoredAccount[]>;
}

/** Connections whose access token expires soon, or whose access does. */
export interface TokensEnding {
  /** The soonest first; of more than 1,000, those whose access ends before the others. */
  readonly tokens: readonly TokenEnd[];
  readonly omitted: OmittedEnds;
}

/** How many more connections there are. */
export interface OmittedEnds {
  /** With an early date of the token alone. */
  readonly token: number;
  readonly access: number;
}

/** A connection with what ends soon: at least one of the two. */
export interface TokenEnd extends StoredConnection {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  /** As the platform says, of the data of its account: see `KnownAccess`. ISO 8601 with offset. */
  readonly accessEndsAt: string | null;
}

const FIRST_PAGE_SIZE = 2_000;

type AccountsAnswer = z.output<typeof answers.accountsAnswer>;

/** Carries out `Store.openAccounts`. */
export async function openAccounts(ask: Ask, request: OpenRequest): Promise<OpenedAccounts> {
  const { filter, collected, platforms, tokensBefore, isPreview, firstPageSize = FIRST_PAGE_SIZE } = request;
  const reading = readingArgs(request);
  const before = tokensBefore.toISOString();

  const read = (page: { of_platform: string | null; after_key: AccountKey | null; page_size: number }) =>
    isPreview
      ? ask(answers.accountsAnswer, 'preview_collection_accounts', { collected, ...reading, ...page })
      : ask(answers.accountsAnswer, 'read_collection_accounts', { ...reading, ...page });

  function opened(
    { accounts, counts, next_key }: AccountsAnswer,
    others: Pick<OpenedAccounts, 'unknownUsers' | 'tokensEnding'>,
  ): OpenedAccounts {
    if (counts === null) throw unexpected('read_collection_accounts (counts)');
    return {
      ...others,
      counts,
      first: accounts,
      async *further(platform, pageSize) {
        for (let after = next_key; after !== null; ) {
          const page: AccountsAnswer = await read({ of_platform: platform, after_key: after, page_size: pageSize });
          yield page.accounts;
          after = page.next_key;
        }
      },
    };
  }

  if (isPreview) {
    const tokensEnding = await findTokensEnding(ask, filter, before);
    const page = await read({ of_platform: null, after_key: null, page_size: firstPageSize });
    return opened(page, { unknownUsers: 0, tokensEnding });
  }
  const parts = await forEachPart((part) =>
    ask(answers.openAnswer, 'open_collection_accounts', {
      collected,
      tokens_before: before,
      ...part,
      ...reading,
      page_size: firstPageSize,
      platforms: platforms.map(platformArg),
    }),
  );
  const page = parts.at(-1)?.page;
  if (!page) throw unexpected('open_collection_accounts (page)');
  const unknownUsers = parts.reduce((sum, { unknown_users }) => sum + unknown_users, 0);
  return opened(page, { unknownUsers, tokensEnding: joined(parts) });
}

function unexpected(what: string): CollectError {
  return new CollectError(
    'store_failed',
    `Unexpected answer from ${what}.`,
    'Apply the schema again: `analytics-collect schema`.',
  );
}

/** Carries out `Store.tokensEnding`. */
export async function findTokensEnding(ask: Ask, filter: AccountFilter, before: string): Promise<TokensEnding> {
  const args = { ...filterArgs(filter), before };
  return joined(
    await forEachPart((part) => ask(answers.tokensEndingAnswer, 'collection_tokens_ending', { ...args, ...part })),
  );
}

function joined(parts: readonly z.output<typeof answers.tokensEndingAnswer>[]): TokensEnding {
  return {
    tokens: parts.flatMap(({ tokens_ending }) => tokens_ending).sort((one, other) => firstEnd(one) - firstEnd(other)),
    omitted: {
      token: parts.reduce((sum, { tokens_omitted }) => sum + tokens_omitted, 0),
      access: parts.reduce((sum, { access_omitted }) => sum + access_omitted, 0),
    },
  };
}

function firstEnd({ tokenExpiresAt, accessEndsAt }: TokenEnd): number {
  return Math.min(...[tokenExpiresAt, accessEndsAt].flatMap((end) => (end === null ? [] : Date.parse(end))));
}

function readingArgs({ filter, ledger, runId, dueBefore }: OpenRequest) {
  return {
    ...filterArgs(filter),
    for_run: runId,
    due_before: dueBefore?.toISOString() ?? null,
    ...ledger,
  };
}

/** The arguments that select accounts. */
export function filterArgs({ selection, platforms }: AccountFilter) {
  const { kind, ...shard } = selection;
  return { for_user: userOf(selection), for_platforms: platforms, for_shard: kind === 'shard' ? shard : null };
}
