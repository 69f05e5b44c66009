import { CHANGES } from './changes.js';
import type { Failure, PlatformChanges, Summary } from './summary.js';

/** Bounds memory and the printed summary when every connection fails. */
export const MOST_FAILURES = 1_000;
export const MOST_CHANGES = 1_000;

/** Accounts, and days of theirs. */
export interface OfDays {
  accounts: number;
  days: number;
}

/** What a run has counted, or a part of it: plain data, which is stored as JSON and can be added up. */
export interface Parts {
  connections: Summary['connections'];
  days: Summary['days'];
  dates: Summary['dates'];
  /** Users of whom nothing was due. */
  idleUsers: number;
  /** Each account's user, the number of accounts of theirs that were to be collected, and whether it failed. */
  users: [userId: string, accounts: number, hasFailed: boolean][];
  platforms: Summary['platforms'];
  /** By platform: the message of the first account that lacks a permission. */
  permissionMessages: Record<string, string>;
  backlog: number;
  /** By platform. */
  lost: Record<string, OfDays>;
  /** Likewise, of accounts with nothing but closing figures. */
  lostClosing: Record<string, OfDays>;
  /** By the limit that left them undone. */
  notReached: Record<string, OfDays>;
  /** By platform: accounts that were collected for the first time. */
  newAccounts: Record<string, number>;
  failures: Failure[];
  failuresOmitted: number;
  changes: Summary['changes'];
  changesOmitted: Summary['changes_omitted'];
  changesByPlatform: Summary['changes_by_platform'];
  warnings: string[];
}

export function noParts(): Parts {
  const ofChanges = <T>(make: () => T) => ({
    newly_failing: make(),
    repaired: make(),
    failing_over_3_nights: make(),
    newly_without_data: make(),
  });
  return {
    connections: { total: 0, succeeded: 0, failed: 0, skipped: 0 },
    days: {
      planned: 0,
      settled: 0,
      provisional: 0,
      pending: 0,
      no_data: 0,
      failed: 0,
      skipped: 0,
      not_reached: 0,
    },
    dates: null,
    idleUsers: 0,
    users: [],
    platforms: byName(),
    permissionMessages: byName(),
    backlog: 0,
    lost: byName(),
    lostClosing: byName(),
    notReached: byName(),
    newAccounts: byName(),
    failures: [],
    failuresOmitted: 0,
    changes: ofChanges((): string[] => []),
    changesOmitted: ofChanges(() => 0),
    changesByPlatform: byName(),
    warnings: [],
  };
}

/** Adds the counts of a part to those of others; but for its users, who may have accounts in several parts. */
export function addParts(sum: Parts, more: Parts): void {
  addNumbers(sum.connections, more.connections);
  addNumbers(sum.days, more.days);
  if (more.dates !== null) sum.dates = widen(sum.dates, [more.dates.since, more.dates.until]);
  sum.idleUsers += more.idleUsers;
  for (const [name, { reasons, ...counts }] of Object.entries(more.platforms)) {
    const platform = platformOf(sum, name);
    for (const name of ['connections', 'succeeded', 'failed', 'skipped', 'metrics'] as const)
      platform[name] += counts[name];
    addNumbers(platform.reasons, reasons);
  }
  for (const [name, message] of Object.entries(more.permissionMessages)) sum.permissionMessages[name] ??= message;
  sum.backlog += more.backlog;
  for (const [name, counts] of Object.entries(more.lost)) addDays(sum.lost, name, counts);
  for (const [name, counts] of Object.entries(more.lostClosing)) addDays(sum.lostClosing, name, counts);
  for (const [why, counts] of Object.entries(more.notReached)) addDays(sum.notReached, why, counts);
  addNumbers(sum.newAccounts, more.newAccounts);
  sum.failuresOmitted += more.failuresOmitted + addUpTo(MOST_FAILURES, sum.failures, more.failures);
  for (const change of CHANGES) {
    const left = addUpTo(MOST_CHANGES, sum.changes[change], more.changes[change]);
    sum.changesOmitted[change] += more.changesOmitted[change] + left;
  }
  for (const [name, { newly_failing, repaired }] of Object.entries(more.changesByPlatform)) {
    const platform = changesOf(sum, name);
    platform.repaired += repaired;
    addNumbers(platform.newly_failing, newly_failing);
  }
  for (const warning of more.warnings) if (!sum.warnings.includes(warning)) sum.warnings.push(warning);
}

export function platformOf(parts: Parts, name: string): Parts['platforms'][string] {
  parts.platforms[name] ??= { connections: 0, succeeded: 0, failed: 0, skipped: 0, metrics: 0, reasons: byName() };
  return parts.platforms[name];
}

export function changesOf({ changesByPlatform }: Parts, name: string): PlatformChanges {
  changesByPlatform[name] ??= { newly_failing: byName(), repaired: 0 };
  return changesByPlatform[name];
}

export function addDays(sum: Record<string, OfDays>, name: string, { accounts, days }: OfDays): void {
  const before = sum[name] ?? { accounts: 0, days: 0 };
  sum[name] = { accounts: before.accounts + accounts, days: before.days + days };
}

/** The range that covers these days, in ascending order, too. */
export function widen(range: Parts['dates'], dates: readonly string[]): Parts['dates'] {
  const [since, until] = [dates.at(0), dates.at(-1)];
  if (since === undefined || until === undefined) return range;
  if (range === null) return { since, until };
  return { since: since < range.since ? since : range.since, until: until > range.until ? until : range.until };
}

/** Adds the items for which there is room, and returns how many there was none for. */
function addUpTo<T>(most: number, list: T[], more: readonly T[]): number {
  const added = more.slice(0, Math.max(0, most - list.length));
  list.push(...added);
  return more.length - added.length;
}

function addNumbers<Names extends string>(
  sum: Partial<Record<Names, number>>,
  more: Readonly<Partial<Record<Names, number>>>,
): void {
  for (const name in more) sum[name] = (sum[name] ?? 0) + (more[name] ?? 0);
}

/** Whatever names there are: a platform may be called `constructor`. */
function byName<T>(): Record<string, T> {
  return Object.create(null);
}
