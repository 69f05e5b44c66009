import type { Clock } from './clock.js';
import { checkAccount } from './collector/check-account.js';
import { CollectError, type FailureReason, PlatformError } from './errors.js';
import { redact } from './http/redact.js';
import type { Platform } from './platforms/contract.js';
import type { ChosenPrimary, NewConnection, Store } from './store/store.js';
import { oneLine } from './text.js';
import type { Keyring } from './tokens/keyring.js';

/** A connection to add, its tokens not yet encrypted. Fields that may be null may be omitted. */
export interface ConnectionInput {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string;
  /** Default: the name on the platform, if `check` asks it. */
  readonly accountName?: string | null;
  /** Empty if the platform needs none (`needsToken`). */
  readonly accessToken: string;
  readonly refreshToken?: string | null;
  /** ISO 8601. */
  readonly tokenExpiresAt?: string | null;
  /** Whether to check with the platform that the token opens the account before storing it. Default: true. */
  readonly check?: boolean;
}

/** A connection that was added or renewed. */
export interface AddedConnection {
  readonly id: string;
  /** False if an existing connection of the same account got a new token. */
  readonly created: boolean;
  /** The given name or, if there was none, the platform's. */
  readonly accountName: string | null;
}

export interface ConnectionsOptions {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'encrypt'>;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly clock: Clock;
}

/** Failures that say nothing about the token. */
const NOT_REACHED: readonly FailureReason[] = ['platform_error', 'timeout', 'throttled', 'quota_exhausted'];

/** Throws `CollectError` `check_failed` when the platform does not accept the token, `usage` for an unknown platform. */
export async function addConnection(
  options: ConnectionsOptions,
  { check, ...connection }: Required<ConnectionInput>,
): Promise<AddedConnection> {
  const { store, keyring, platforms, clock } = options;
  const platform = platforms.get(connection.platform);
  if (platform === undefined) throw unknownPlatform(connection.platform, [...platforms.keys()]);
  await store.check();
  const checkedName = check ? await nameOf(connection, platform, clock) : null;
  const accountName = connection.accountName ?? checkedName;
  const saved = await store.saveConnection({
    ...connection,
    accountName,
    // Empty if the platform needs none.
    accessToken: connection.accessToken === '' ? '' : keyring.encrypt(connection.accessToken),
    refreshToken: connection.refreshToken === null ? null : keyring.encrypt(connection.refreshToken),
  });
  await store.syncAccounts({ collected: [...platforms.keys()], userId: connection.userId });
  return { ...saved, accountName };
}

/** Makes the account that a connection opens the primary one of its user and platform. */
export async function choosePrimary(options: ConnectionsOptions, connectionId: string): Promise<ChosenPrimary> {
  await options.store.check();
  return options.store.choosePrimary(connectionId, [...options.platforms.keys()]);
}

/** The account's name, if the platform gives one. */
async function nameOf(connection: NewConnection, platform: Platform, clock: Clock): Promise<string | null> {
  const { tokenExpiresAt } = connection;
  const account = {
    ...connection,
    tokenExpiresAt: tokenExpiresAt === null ? null : new Date(tokenExpiresAt),
  };
  try {
    return await checkAccount(account, platform, clock);
  } catch (error) {
    throw error instanceof PlatformError ? checkFailed(connection, platform, error) : error;
  }
}

function checkFailed(
  { platform, accountId, accessToken, refreshToken }: NewConnection,
  { needsToken = true }: Platform,
  cause: PlatformError,
) {
  const said = oneLine(redact(cause.message, [accessToken, refreshToken]));
  return NOT_REACHED.includes(cause.reason)
    ? new CollectError(
        'check_failed',
        `Cannot check ${platform} account ${accountId}: ${said}.`,
        'Nothing was stored. Try again later, or store it unchecked with --no-check.',
        { cause },
      )
    : new CollectError(
        'check_failed',
        `${needsToken ? `The token does not open ${platform} account ${accountId}` : `Cannot open ${platform} account ${accountId}`}: ${cause.reason}: ${said}.`,
        `Nothing was stored. Correct the ${needsToken ? 'token or the ' : ''}account, or store it unchecked with --no-check.`,
        { cause },
      );
}

function unknownPlatform(name: string, known: readonly string[]): CollectError {
  return new CollectError(
    'usage',
    `There is no collector for the platform "${name}".`,
    `Choose one of: ${known.join(', ')}.`,
  );
}
