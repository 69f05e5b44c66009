import pLimit from 'p-limit';
import { checkAccount } from './collector/check-account.js';
import { lastingWarnings, unusedWarnings } from './collector/lasting.js';
import { type ConnectionsOptions, encrypted, saidOf } from './connections.js';
import { PlatformError } from './errors.js';
import type { Platform } from './platforms/contract.js';
import type { SavedConnection, StoredNow } from './store/save-connections.js';
import type { NewConnection } from './store/store.js';

/** A line of a file of connections: what it says, its tokens not yet encrypted, or what is wrong with it, without its values. */
export type ImportLine =
  | { readonly line: number; readonly connection: NewConnection }
  | { readonly line: number; readonly mistake: string };

export type ImportMistake = Extract<ImportLine, { mistake: string }>;

export interface ImportSettings {
  /** Whether each platform is asked whether the tokens open the account. */
  readonly check: boolean;
  readonly onMistake: (mistake: ImportMistake) => void;
}

/** What became of the lines. */
export interface ImportReport {
  readonly added: number;
  readonly renewed: number;
  readonly refused: number;
  /** Why tokens cannot last, and of how many connections. */
  readonly warnings: readonly { readonly platform: string; readonly warning: string; readonly connections: number }[];
}

type Good = Extract<ImportLine, { connection: NewConnection }>;

/** How many connections one call stores. */
const PAGE_SIZE = 1_000;
const CHECKED_AT_ONCE = 8;
const REPEATED = 'an earlier line names the same account: the last line is kept';

/** Adds connections, or renews those that exist, page by page: if it is interrupted, another import stores the rest. */
export async function importConnections(
  options: ConnectionsOptions,
  lines: AsyncIterable<ImportLine>,
  { check, onMistake }: ImportSettings,
): Promise<ImportReport> {
  const { store, keyring, platforms, clock, renewsTokens } = options;
  await store.check();
  let [added, renewed, refused] = [0, 0, 0];
  const warnings = new Map<string, ImportReport['warnings'][number]>();
  const page: ImportLine[] = [];
  const accounts = { ofPage: new Set<string>(), stored: new Set<string>() };
  const limit = pLimit(CHECKED_AT_ONCE);

  function count({ name }: Pick<Platform, 'name'>, warning: string): void {
    const key = `${name} ${warning}`;
    const connections = (warnings.get(key)?.connections ?? 0) + 1;
    warnings.set(key, { platform: name, warning, connections });
  }

  /** With the account's id as it is stored. */
  function spelled({ line, connection }: Good): ImportLine {
    const { accountIdOf = (id: string) => id } = platforms.get(connection.platform) ?? {};
    try {
      return { line, connection: { ...connection, accountId: accountIdOf(connection.accountId) } };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      return { line, mistake: error.message };
    }
  }

  async function checked(good: Good): Promise<ImportLine> {
    const { line, connection } = good;
    const platform = platforms.get(connection.platform);
    if (platform === undefined) return good;
    const expiresAt = connection.tokenExpiresAt;
    try {
      const account = { ...connection, tokenExpiresAt: expiresAt === null ? null : new Date(expiresAt) };
      const { accountName, tokenExpiresAt, warnings: said } = await checkAccount(account, platform, clock);
      for (const warning of said) count(platform, warning);
      return {
        line,
        connection: {
          ...connection,
          accountName: connection.accountName ?? accountName,
          tokenExpiresAt: expiresAt ?? tokenExpiresAt?.toISOString() ?? null,
        },
      };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      return { line, mistake: `${error.reason}: ${saidOf(error, connection)}` };
    }
  }

  async function storePage(): Promise<void> {
    const given = page.splice(0);
    accounts.ofPage.clear();
    const lines = check
      ? await Promise.all(given.map((each) => (isGood(each) ? limit(() => checked(each)) : each)))
      : given;
    const good = lines.filter(isGood);
    const answers =
      good.length === 0
        ? []
        : await store.saveConnections(good.map(({ connection }) => encrypted(connection, keyring)));
    const saved = new Map(good.map((each, index) => [each.line, answers[index]]));
    // The parser tells of what it cannot read before it gives the lines before that.
    for (const each of lines.sort((one, other) => one.line - other.line)) tell(each, saved.get(each.line));
  }

  function tell(each: ImportLine, saved: SavedConnection | undefined): void {
    if (!isGood(each)) refuse(each);
    else if (saved === undefined || 'refused' in saved) refuse({ line: each.line, mistake: refusalBy(saved) });
    else keep(each, saved);
  }

  function refuse(mistake: ImportMistake): void {
    refused += 1;
    onMistake(mistake);
  }

  function keep(good: Good, { created, hasRefreshToken }: StoredNow): void {
    const { connection } = good;
    const account = accountOf(good);
    const platform = platforms.get(connection.platform);
    const isRepeated = accounts.stored.has(account);
    accounts.stored.add(account);
    if (created) added += 1;
    else if (!isRepeated) renewed += 1;
    if (platform === undefined) return;
    if (isRepeated) count(platform, REPEATED);
    const tokens = { ...connection, hasRefreshToken };
    for (const warning of [
      ...unusedWarnings(platform, connection),
      ...lastingWarnings(platform, tokens, renewsTokens, clock.now()),
    ]) {
      count(platform, warning);
    }
  }

  for await (const given of lines) {
    const each = isGood(given) ? spelled(given) : given;
    const account = isGood(each) ? accountOf(each) : null;
    if (page.length === PAGE_SIZE || (account !== null && accounts.ofPage.has(account))) await storePage();
    page.push(each);
    if (account !== null) accounts.ofPage.add(account);
  }
  await storePage();
  return { added, renewed, refused, warnings: [...warnings.values()] };
}

function isGood(line: ImportLine): line is Good {
  return 'connection' in line;
}

function accountOf({ connection: { userId, platform, accountId } }: Good): string {
  return JSON.stringify([userId, platform, accountId]);
}

/** Why the database does not accept a line. What it says of a user id may quote a token that stands in the wrong column. */
function refusalBy(saved: Exclude<SavedConnection, StoredNow> | undefined): string {
  const what =
    saved === undefined || saved.isOfUser
      ? 'its user_id: no such user, or an id of another type'
      : `it: ${saved.refused}`;
  return `the database does not accept ${what}`;
}
