import type { z } from 'zod';
import { DAY_MS } from '../clock.js';
import {
  ACCOUNT_STATES,
  type AccountState,
  type DayCounts,
  type ListedAccount,
  type ListedAccounts,
  type PlatformStatusRow,
  type StatusRows,
  type StatusWindow,
  type StatusWindows,
} from './account-states.js';
import type { Ask } from './function-call.js';
import { forEachPart } from './parts.js';
import * as answers from './status-answers.js';
import { pagesOfAccounts } from './sum-of-pages.js';

/** How many failing accounts of a platform and reason are read one by one. */
const SAMPLE_SIZE = 100;
/** How many accounts one call lists: each may have a message of 500 characters. */
const LISTED_PAGE_SIZE = 5_000;

type Counted = z.output<typeof answers.daysAnswer>['platforms'][number];
type Unseen = z.output<typeof answers.newAccountsAnswer>['platforms'][number];
type DayTuple = Counted['days'][string];

/** Implements `Store.readStatus`. Accounts and their days are counted in the database, days in pages of accounts. */
export async function readStatus(ask: Ask, windows: StatusWindows): Promise<StatusRows> {
  const sample = { collected: Object.keys(windows), sample_size: SAMPLE_SIZE };
  const given = await withUsualDays(ask, windows);
  const [known, unseen, days] = await Promise.all([
    ask(answers.statusAnswer, 'read_collection_status', sample),
    forEachPart((part) => ask(answers.newAccountsAnswer, 'count_new_collection_accounts', { windows: given, ...part })),
    countDays(ask, given),
  ]);
  return {
    platforms: Object.entries(windows)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([platform, window]): PlatformStatusRow => {
        const isOfPlatform = (row: { readonly platform: string }) => row.platform === platform;
        const { accounts = 0, ...state } = known.platforms.find(isOfPlatform) ?? {};
        const added = unseen.flatMap(({ platforms }) => platforms).filter(isOfPlatform);
        const counted = days.filter(isOfPlatform);
        return {
          platform,
          newestDay: null,
          lostDays: 0,
          reasons: [],
          failing: [],
          ...state,
          accounts: sum(added, (part) => part.accounts) + accounts,
          accountsWithData: sum(counted, (page) => page.accounts_with_data),
          daysMissing: sum([...added, ...counted], ({ days_missing }) => days_missing),
          ...statesOf(counted, added, window),
          days: daysOf(counted, added, window),
        };
      }),
    ignored: sumByPlatform(unseen.map(({ ignored }) => ignored)),
  };
}

/** Implements `Store.listAccounts`. */
export async function* listAccounts(
  ask: Ask,
  { windows, userId, reason, states }: ListedAccounts,
): AsyncGenerator<readonly ListedAccount[]> {
  const filter = {
    windows: await withUsualDays(ask, windows),
    for_user: userId,
    for_reason: reason,
    for_states: states,
  };
  const pages = pagesOfAccounts(async (page) => {
    const answer = await ask(answers.listedAnswer, 'list_collection_accounts', { ...filter, ...page });
    return { accounts: answer.accounts, last: answer.last_account };
  }, LISTED_PAGE_SIZE);
  for await (const { accounts } of pages) if (accounts.length > 0) yield accounts;
}

type WindowsArg = Readonly<Record<string, { since: string; until: string; settled_to: string }>>;

/** As the SQL functions take them. */
export function windowsArg(windows: StatusWindows): WindowsArg {
  return Object.fromEntries(
    Object.entries(windows).map(([platform, { since, until, settledTo }]) => [
      platform,
      { since, until, settled_to: settledTo },
    ]),
  );
}

/** The windows, with the newest day that most accounts of each platform have, or that should have settled if it is later. */
async function withUsualDays(ask: Ask, windows: StatusWindows): Promise<WindowsArg> {
  const usual = await ask(answers.usualDaysAnswer, 'usual_collection_days', { collected: Object.keys(windows) });
  return Object.fromEntries(
    Object.entries(windowsArg(windows)).map(([platform, window]) => {
      const day = usual[platform] ?? window.until;
      return [platform, { ...window, usual_to: day < window.settled_to ? window.settled_to : day }];
    }),
  );
}

/** Accounts that no run has seen are late until a day should have settled since they were connected. */
function statesOf(
  counted: readonly Counted[],
  added: readonly Unseen[],
  { settledTo }: StatusWindow,
): Pick<PlatformStatusRow, 'states' | 'since'> {
  const connected = added.flatMap(({ connected }) => Object.entries(connected));
  const fresh = connected.map(([date, accounts]) => {
    const state: AccountState = date <= settledTo ? 'not_reached' : 'late';
    return { state, accounts, since: date };
  });
  const all = [...counted.flatMap(({ states }) => states), ...fresh];
  const inState = (state: AccountState) => all.filter((each) => each.state === state);
  const earliest = (state: AccountState) =>
    inState(state)
      .flatMap(({ since }) => since ?? [])
      .sort()[0] ?? null;
  return {
    states: Object.fromEntries(
      ACCOUNT_STATES.map((state) => [state, sum(inState(state), ({ accounts }) => accounts)]),
    ) as Record<AccountState, number>,
    since: { no_data: earliest('no_data'), not_reached: earliest('not_reached') },
  };
}

function daysOf(
  counted: readonly Counted[],
  added: readonly Unseen[],
  { since, until, settledTo }: StatusWindow,
): DayCounts[] {
  return countedDates(since, until).map((date) => {
    const counts = counted.map(({ days }): DayTuple => days[date] ?? [0, 0, 0]);
    const connected = added.flatMap(({ connected }) => Object.entries(connected));
    const fresh = sum(
      connected.filter(([since]) => since <= date),
      ([, accounts]) => accounts,
    );
    return {
      date,
      complete: sum(counts, ([complete]) => complete),
      late: sum(counts, ([, late]) => late) + (date > settledTo ? fresh : 0),
      missing: sum(counts, ([, , missing]) => missing) + (date > settledTo ? 0 : fresh),
    };
  });
}

/** The days that `count_collection_days` counts. */
function countedDates(since: string, until: string): string[] {
  const last = Date.parse(until);
  const days = Math.min(60, Math.max(14, (last - Date.parse(since)) / DAY_MS + 1));
  return Array.from({ length: days }, (_, index) =>
    new Date(last - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}

function sum<Of>(items: readonly Of[], numberOf: (item: Of) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}

function sumByPlatform(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [platform, count] of counts.flatMap((part) => Object.entries(part)))
    sums.set(platform, (sums.get(platform) ?? 0) + count);
  return Object.fromEntries(sums);
}

/** What each page counted, by platform. */
async function countDays(ask: Ask, windows: WindowsArg): Promise<Counted[]> {
  const pages = pagesOfAccounts(async (page) => {
    const answer = await ask(answers.daysAnswer, 'count_collection_days', { windows, ...page });
    return { platforms: answer.platforms, last: answer.last_account };
  });
  const counts = [];
  for await (const { platforms } of pages) counts.push(...platforms);
  return counts;
}
