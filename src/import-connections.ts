import pLimit from 'p-limit';
import { checkAccount } from './collector/check-account.js';
import { lastingWarnings } from './collector/lasting.js';
import { type ConnectionsOptions, encrypted, saidOf } from './connections.js';
import { PlatformError } from './errors.js';
import type { Platform } from './platforms/contract.js';
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
  const page = new Map<string, Good>();
  const limit = pLimit(CHECKED_AT_ONCE);

  function refuse(line: number, mistake: string): void {
    refused += 1;
    onMistake({ line, mistake });
  }

  /** With the account's id as it is stored; null if it is none of the platform's. */
  function spelled({ line, connection }: Good): Good | null {
    const { accountIdOf = (id: string) => id } = platforms.get(connection.platform) ?? {};
    try {
      return { line, connection: { ...connection, accountId: accountIdOf(connection.accountId) } };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      refuse(line, error.message);
      return null;
    }
  }

  function warn({ connection }: Good, hasRefreshToken: boolean): void {
    const platform = platforms.get(connection.platform);
    if (platform === undefined) return;
    for (const warning of lastingWarnings(platform, { ...connection, hasRefreshToken }, renewsTokens, clock.now()))
      count(platform, warning);
  }

  function count({ name }: Platform, warning: string): void {
    const key = `${name} ${warning}`;
    const connections = (warnings.get(key)?.connections ?? 0) + 1;
    warnings.set(key, { platform: name, warning, connections });
  }

  async function checked(good: Good): Promise<Good | null> {
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
      refuse(line, `${error.reason}: ${saidOf(error, connection)}`);
      return null;
    }
  }

  async function storePage(): Promise<void> {
    const given = [...page.values()];
    page.clear();
    const good = check ? await Promise.all(given.map((each) => limit(() => checked(each)))) : given;
    const stored = good.filter((each) => each !== null);
    if (stored.length === 0) return;
    const answers = await store.saveConnections(stored.map(({ connection }) => encrypted(connection, keyring)));
    for (const [index, each] of stored.entries()) {
      const saved = answers[index];
      if (saved === undefined || 'refused' in saved) {
        // What the database says of a user id may quote a token that stands in the wrong column.
        const what =
          saved === undefined || saved.isOfUser
            ? 'its user_id: no such user, or an id of another type'
            : `it: ${saved.refused}`;
        refuse(each.line, `the database does not accept ${what}`);
        continue;
      }
      if (saved.created) added += 1;
      else renewed += 1;
      warn(each, saved.hasRefreshToken);
    }
  }

  for await (const each of lines) {
    if ('mistake' in each) {
      refuse(each.line, each.mistake);
      continue;
    }
    const good = spelled(each);
    if (good === null) continue;
    const { userId, platform, accountId } = good.connection;
    const account = JSON.stringify([userId, platform, accountId]);
    if (page.has(account) || page.size === PAGE_SIZE) await storePage();
    page.set(account, good);
  }
  await storePage();
  return { added, renewed, refused, warnings: [...warnings.values()] };
}
