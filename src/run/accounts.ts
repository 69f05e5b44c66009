import { expectAccounts } from '../collector/connections.js';
import { isOfDueAccounts } from '../collector/due.js';
import type { CollectOptions } from '../collector/options.js';
import { expiringBefore } from '../collector/renewal.js';
import { countNamedDays, DEFAULT_LOOKBACK_DAYS, ledgerRange } from '../collector/window.js';
import type { Platform } from '../platforms/contract.js';
import type { OnEvent } from '../report/events.js';
import { expiringTokens, expiryWarnings } from '../report/expiring.js';
import { successionWarning, unknownUsersWarning } from '../report/messages.js';
import { platformRow } from '../report/platform-row.js';
import type { Telling } from '../report/telling.js';
import type { AccountCounts, StoredAccount } from '../store/accounts.js';
import type { OpenedAccounts, TokensEnding } from '../store/opening.js';
import { scopeOf, userOf } from '../store/selection.js';
import type { Collector } from './collector.js';
import { createIdSet } from './id-set.js';

export interface AccountsOptions {
  readonly collector: Collector;
  readonly options: CollectOptions;
  readonly startedAt: Date;
  readonly runId: string;
  readonly telling: Pick<Telling, 'warn' | 'warnOfAccount' | 'idle'>;
  readonly onEvent: OnEvent;
}

/** Replaces primary accounts that have failed, or were not connected, during the whole window. The clock must be confirmed first. */
export async function replacePrimaries({ collector, options, startedAt, telling }: AccountsOptions): Promise<void> {
  const { store } = collector;
  const request = { userId: userOf(options.selection), at: startedAt, windowDays: DEFAULT_LOOKBACK_DAYS };
  for (const succession of await store.findSuccessions(request)) {
    if (await store.makePrimary(succession)) telling.warnOfAccount(successionWarning(succession));
  }
}

/** How many accounts are read ahead, over all platforms. */
const READ_AHEAD = 2_000;

/** The accounts of a platform, those collected longest ago first. */
export interface AccountStream {
  readonly platform: Platform;
  readonly accounts: AsyncIterable<StoredAccount>;
}

/** What a run selects of the accounts, and reads of each. */
export function selectedBy({
  collector,
  options,
  startedAt,
}: Pick<AccountsOptions, 'collector' | 'options' | 'startedAt'>) {
  return {
    filter: { selection: options.selection, platforms: options.platforms ?? [...collector.platforms.keys()] },
    ledger: ledgerRange(options.window, startedAt),
    dueBefore: isOfDueAccounts(options) ? startedAt : null,
  };
}

/**
 * Updates the accounts to match the connections that open them, and announces the run. A dry run changes nothing, and reads the
 * accounts as they would be. Throws `CollectError` `no_connections`.
 */
export async function openRun(given: AccountsOptions, firstPageSize?: number): Promise<OpenedAccounts> {
  const { collector, options, startedAt, runId, telling } = given;
  const { store, platforms } = collector;
  const opened = await store.openAccounts({
    ...selectedBy(given),
    collected: [...platforms.keys()],
    platforms: [...platforms.values()].map(platformRow),
    tokensBefore: expiringBefore(startedAt),
    runId: options.dryRun ? null : runId,
    isPreview: options.dryRun,
    ...(firstPageSize !== undefined && { firstPageSize }),
  });
  if (opened.unknownUsers > 0) telling.warn(unknownUsersWarning(opened.unknownUsers));
  await announce(given, opened.counts, opened.tokensEnding);
  return opened;
}

/** Opens the run, and reads its accounts, each once: a stream for each platform, so that none waits for the accounts of a slow one. */
export async function readAccounts(given: AccountsOptions): Promise<AccountStream[]> {
  const { collector, options } = given;
  const opened = await openRun(given);
  const { filter } = selectedBy(given);
  const streamed = [...collector.platforms.values()].filter(({ name }) => filter.platforms.includes(name));
  // A dry run reads one stream after another.
  const pageSize = Math.ceil(READ_AHEAD / (options.dryRun ? 1 : streamed.length));

  async function* accountsOf({ name }: Platform): AsyncGenerator<StoredAccount> {
    yield* opened.first.filter(({ platform }) => platform === name);
    for await (const page of opened.further(name, pageSize)) yield* page;
  }

  return streamed.map((platform) => ({ platform, accounts: once(accountsOf(platform)) }));
}

/** Leaves out accounts that were read before: if another run collects one in the meantime, it moves to the end of the order. */
async function* once(accounts: AsyncIterable<StoredAccount>): AsyncGenerator<StoredAccount> {
  const read = createIdSet();
  for await (const account of accounts) if (read.add(account.id)) yield account;
}

async function announce(given: AccountsOptions, counts: AccountCounts, ending: TokensEnding): Promise<void> {
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
  const { filter } = selectedBy(given);
  if (counts.accounts === 0 && !options.allowEmpty) await expectAccounts(store, filter, [...platforms.keys()]);
  telling.idle(counts, platforms);
  const tokens = expiringTokens(ending, collector, startedAt);
  for (const message of expiryWarnings(tokens, startedAt)) telling.warn(message);
}
