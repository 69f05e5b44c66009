import type { Clock } from './clock.js';
import { type CheckedAccount, checkAccount } from './collector/check-account.js';
import { lastingWarnings, unusedWarnings } from './collector/lasting.js';
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
  /** As it is stored, which may differ from how it was given: without a leading `@`, for example. */
  readonly accountId: string;
  /** The given name or, if there was none, the platform's. */
  readonly accountName: string | null;
  /** Why the tokens cannot last, and what to do, as sentences without a full stop. */
  readonly warnings: readonly string[];
}

export interface ConnectionsOptions {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'encrypt'>;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly clock: Clock;
  /** As in `Collector`. */
  readonly renewsTokens: boolean;
}

/** Failures that say nothing about the token. */
const NOT_REACHED: readonly FailureReason[] = ['platform_error', 'timeout', 'throttled', 'quota_exhausted'];

/** Throws `CollectError` `check_failed` when the platform does not accept the token, `usage` for an unknown platform. */
export async function addConnection(
  options: ConnectionsOptions,
  { check, ...given }: Required<ConnectionInput>,
): Promise<AddedConnection> {
  const { store, keyring, platforms, clock, renewsTokens } = options;
  const platform = platforms.get(given.platform);
  if (platform === undefined) throw unknownPlatform(given.platform, [...platforms.keys()]);
  const spelled = { ...given, accountId: storedId(given, platform) };
  await store.check();
  const checked = check ? await checkWith(spelled, platform, clock) : null;
  const connection = { ...spelled, accountId: checked?.accountId ?? spelled.accountId };
  const accountName = connection.accountName ?? checked?.accountName ?? null;
  const tokenExpiresAt = connection.tokenExpiresAt ?? checked?.tokenExpiresAt?.toISOString() ?? null;
  const { id, created, hasRefreshToken } = await store.saveConnection(
    encrypted({ ...connection, accountName, tokenExpiresAt }, keyring),
  );
  await store.syncAccounts({ collected: [...platforms.keys()], userId: connection.userId });
  const tokens = { accessToken: connection.accessToken, tokenExpiresAt, hasRefreshToken };
  const warnings = [
    ...(checked?.warnings ?? []),
    ...unusedWarnings(platform, given),
    ...lastingWarnings(platform, tokens, renewsTokens, clock.now()),
  ];
  return { id, created, accountId: connection.accountId, accountName, warnings };
}

function storedId({ platform, accountId }: NewConnection, { accountIdOf = (id) => id }: Platform): string {
  try {
    return accountIdOf(accountId);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw new CollectError(
      'usage',
      `Cannot store ${platform} account ${accountId}: ${error.message}.`,
      'Nothing was stored.',
      { cause: error },
    );
  }
}

/** A connection with its tokens as they are stored. An access token is empty if the platform needs none. */
export function encrypted(connection: NewConnection, keyring: Pick<Keyring, 'encrypt'>): NewConnection {
  const { accessToken, refreshToken } = connection;
  return {
    ...connection,
    accessToken: accessToken === '' ? '' : keyring.encrypt(accessToken),
    refreshToken: refreshToken === null ? null : keyring.encrypt(refreshToken),
  };
}

/** Makes the account that a connection opens the primary one of its user and platform. */
export async function choosePrimary(options: ConnectionsOptions, connectionId: string): Promise<ChosenPrimary> {
  await options.store.check();
  return options.store.choosePrimary(connectionId, [...options.platforms.keys()]);
}

async function checkWith(connection: NewConnection, platform: Platform, clock: Clock): Promise<CheckedAccount> {
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

/** What platforms advise about connections that exist. */
const ADVICE = /; connect the account again$|[;,][^;,]*,? remove the connection[^;]*$/;

/** What a platform says of a connection that is not stored yet, without its tokens. */
export function saidOf({ message }: PlatformError, { accessToken, refreshToken }: NewConnection): string {
  return oneLine(redact(message, [accessToken, refreshToken])).replace(ADVICE, '');
}

function checkFailed(connection: NewConnection, { needsToken = true }: Platform, cause: PlatformError) {
  const { platform, accountId } = connection;
  const said = saidOf(cause, connection);
  const isAdvice = said.includes('; ');
  return NOT_REACHED.includes(cause.reason)
    ? new CollectError(
        'check_failed',
        `Cannot check ${platform} account ${accountId}: ${said}.`,
        'Nothing was stored. Try again later, or store it unchecked with --no-check.',
        { cause },
      )
    : new CollectError(
        'check_failed',
        `${needsToken ? 'The token does not' : 'Cannot'} open ${platform} account ${accountId}: ${said}.`,
        isAdvice
          ? 'Nothing was stored; --no-check stores it unchecked.'
          : `Nothing was stored. Correct the ${needsToken ? 'token or the ' : ''}account, or store it unchecked with --no-check.`,
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
