import { PlatformError } from '../errors.js';
import type { Account, Platform } from '../platforms/contract.js';
import type { StoredAccount, StoredConnection } from '../store/accounts.js';
import { isHeaderSafe } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';

type Opener = Pick<Keyring, 'decrypt'>;

/** Decrypts a connection's tokens. Throws `PlatformError` when one cannot be decrypted or sent. */
export function openAccount(
  { accountId }: Pick<StoredAccount, 'accountId'>,
  { accessToken, refreshToken, tokenExpiresAt }: StoredConnection,
  keyring: Opener,
  { needsToken = true }: Pick<Platform, 'needsToken'>,
): Account {
  if (needsToken && accessToken === null)
    throw new PlatformError('needs_reconnect', 'the connection has no access token; connect the account again');
  if (accountId === null)
    throw new PlatformError('configuration', 'the connection has no account id; set its account_id');
  if (!needsToken || accessToken === null) {
    return { accountId, accessToken: '', refreshToken: null, tokenExpiresAt: null };
  }
  return openTokens({ accountId }, { accessToken, refreshToken, tokenExpiresAt }, keyring);
}

/** Throws as `openAccount` does. */
export function openTokens(
  { accountId }: Pick<Account, 'accountId'>,
  { accessToken, refreshToken, tokenExpiresAt }: Omit<StoredConnection, 'id'>,
  keyring: Opener,
): Account {
  const access = keyring.decrypt(accessToken ?? '');
  if (!access.ok) throw new PlatformError('undecryptable_token', access.why);
  if (!isHeaderSafe(access.token)) {
    const why = 'the stored token contains a space, a line break or another character that tokens never contain';
    throw new PlatformError('undecryptable_token', `${why}; connect the account again`);
  }
  return {
    accountId,
    accessToken: access.token,
    refreshToken: openRefreshToken(refreshToken, keyring),
    tokenExpiresAt: tokenExpiresAt === null ? null : new Date(tokenExpiresAt),
  };
}

/** The refresh token of a connection. Applications may encrypt the empty string, which counts as no token. */
export function openRefreshToken(stored: string | null, keyring: Opener): string | null {
  const refresh = stored === null ? null : keyring.decrypt(stored);
  return refresh?.ok && refresh.token !== '' ? refresh.token : null;
}
