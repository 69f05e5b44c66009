import { expectAccounts } from '../collector/connections.js';
import { isOfDueAccounts } from '../collector/due.js';
import type { CollectOptions } from '../collector/options.js';
import { countNamedDays, DEFAULT_LOOKBACK_DAYS, ledgerRange } from '../collector/window.js';
import type { Platform } from '../platforms/contract.js';
import type { OnEvent } from '../report/events.js';
import { expiringTokens, expiryWarnings } from '../report/expiring.js';
import { successionWarning, unknownUsersWarning } from '../report/messages.js';
import type { Telling } from '../report/telling.js';
import type { AccountCounts, AccountPage, StoredAccount } from '../store/accounts.js';
import { scopeOf, userOf } from '../store/selection.js';
import type { Collector } from './collector.js';

export interface AccountsOptions {
  readonly collector: Collector;
  readonly options: CollectOptions;
  readonly startedAt: Date;
  readonly runId: string;
  readonly telling: Pick<Telling, 'warn' | 'idle'>;
  readonly onEvent: OnEvent;
}

/** Updates the accounts to match the connections that open them. */
export async function syncAccounts({ collector, options, telling }: AccountsOptions): Promise<void> {
  const { store, platforms } = collector;
  const { unknownUsers } = await store.syncAccounts({
    collected: [...platforms.keys()],
    userId: userOf(options.selection),
  });
  if (unknownUsers > 0) telling.warn(unknownUsersWarning(unknownUsers));
}

/** Replaces primary accounts that have failed, or were not connected, during the whole window. The clock must be confirmed first. */
export async function replacePrimaries({ collector, options, startedAt, telling }: AccountsOptions): Promise<void> {
  const { store } = collector;
  const request = { userId: userOf(options.selection), at: startedAt, windowDays: DEFAULT_LOOKBACK_DAYS };
  for (const succession of await store.findSuccessions(request)) {
    if (await store.makePrimary(succession)) telling.warn(successionWarning(succession));
  }
}

/** How many accounts are read ahead, over all platforms. */
const READ_AHEAD = 2_000;

/** The accounts of a platform, those collected longest ago first. */
export interface AccountStream {
  readonly platform: Platform;
  readonly accounts: AsyncIterable<StoredAccount>;
}

/**
 * The selected accounts, each once: a stream for each platform, so that none waits for the accounts of a slow one. Announces the run
 * first. In a dry run accounts are read as they would be after `syncAccounts`. Throws `CollectError` `no_connections`.
 */
export async function readAccounts(given: AccountsOptions): Promise<AccountStream[]> {
  const { collector, options, startedAt, runId } = given;
  const { store, platforms } = collector;
  const request = {
    filter: filterOf(collector, options),
    ledger: ledgerRange(options.window, startedAt),
    dueBefore: isOfDueAccounts(options) ? startedAt : null,
    runId: options.dryRun ? null : runId,
    preview: options.dryRun ? [...collector.platforms.keys()] : null,
  };
  const { accounts: read, next, counts } = await firstOf(store.readAccounts(request));
  if (counts !== null) await announce(given, counts);
  const streamed = [...platforms.values()].filter(({ name }) => request.filter.platforms.includes(name));
  // A dry run reads one stream after another.
  const pageSize = Math.ceil(READ_AHEAD / (options.dryRun ? 1 : streamed.length));

  async function* accountsOf({ name }: Platform): AsyncGenerator<StoredAccount> {
    yield* read.filter(({ platform }) => platform === name);
    if (next === null) return;
    const filter = { ...request.filter, platforms: [name] };
    const onwards = { after: next, pageSize };
    for await (const page of store.readAccounts({ ...request, filter, onwards })) yield* page.accounts;
  }

  return streamed.map((platform) => ({ platform, accounts: once(accountsOf(platform)) }));
}

async function firstOf(pages: AsyncIterable<AccountPage>): Promise<AccountPage> {
  for await (const page of pages) return page;
  throw new Error('the store has no page of accounts');
}

/** Leaves out accounts that were read before: if another run collects one in the meantime, it moves to the end of the order. */
async function* once(accounts: AsyncIterable<StoredAccount>): AsyncGenerator<StoredAccount> {
  const read = new Set<number>();
  for await (const account of accounts) {
    if (read.has(account.id)) continue;
    read.add(account.id);
    yield account;
  }
}

async function announce(given: AccountsOptions, counts: AccountCounts): Promise<void> {
  const { collector, options, startedAt, runId, telling, onEvent } = given;
  const { store, platforms } = collector;
  onEvent({
    type: 'started',
    runId,
    scope: scopeOf(options.selection),
    store: store.description,
    connections: counts.accounts,
    idle: Object.values(counts.idle).reduce((sum, accounts) => sum + accounts, 0),
    days: options.dryRun ? null : countNamedDays(options.window, startedAt),
    dryRun: options.dryRun,
  });
  const filter = filterOf(collector, options);
  if (counts.accounts === 0 && !options.allowEmpty) await expectAccounts(store, filter, [...platforms.keys()]);
  telling.idle(counts, platforms);
  const ends = await expiringTokens(collector, filter, startedAt);
  for (const message of expiryWarnings(ends, startedAt)) telling.warn(message);
}

function filterOf({ platforms }: Collector, options: CollectOptions) {
  return { selection: options.selection, platforms: options.platforms ?? [...platforms.keys()] };
}
