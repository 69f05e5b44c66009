import { randomUUID } from 'node:crypto';
import { type Clock, DAY_MS } from '../clock.js';
import { CollectError, Interrupted, PlatformError } from '../errors.js';
import type { Account, CheckContext, Platform, Renewal, RenewedTokens } from '../platforms/contract.js';
import type { StoredConnection } from '../store/accounts.js';
import type { Renewals } from '../store/renewals.js';
import type { Keyring } from '../tokens/keyring.js';
import { openTokens } from './open-account.js';

/** Tokens that end within this number of days are renewed or reported. */
export const TOKEN_DAYS = 15;
const LOOK_AGAIN_MS = 1_000;
/** Longer than another process can hold a claim. */
const LONGEST_WAIT_MS = 90_000;
/** Each call waits up to a minute for the database. */
const MOST_CALLS = 5;

/** The instant before which an expiry date is reported, as of `now`. */
export function expiringBefore(now: Date): Date {
  return new Date(now.getTime() + TOKEN_DAYS * DAY_MS);
}

/** What a run renews tokens with. `renewals` is null if renewed tokens must not be stored. */
export interface RenewalSettings {
  readonly renewals: Renewals | null;
  readonly keyring: Pick<Keyring, 'encrypt' | 'decrypt'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Aborted to wait for no other process. */
  readonly signal: AbortSignal;
}

/** Renews tokens, and stores the new ones before they are used. */
export interface Renewer {
  /** The account, with a renewed token if its own has ended or is about to. Throws `PlatformError` and `Interrupted`. */
  prepare(account: Account): Promise<Account>;
  /** The account with a new token after the platform refused its own; null if it cannot be renewed. Throws likewise. */
  replace(account: Account): Promise<Account | null>;
}

export function createRenewer(
  { renewals, keyring, clock, signal }: RenewalSettings,
  connection: StoredConnection,
  platform: Pick<Platform, 'name' | 'renewal' | 'endsByDate'>,
  context: CheckContext,
): Renewer {
  const { renewal } = platform;

  /** Null if other processes hold claims for too long. */
  async function renewed(account: Account, { renew }: Renewal, store: Renewals): Promise<Account | null> {
    const by = randomUUID();
    for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS; waitedMs += LOOK_AGAIN_MS) {
      const claim = await store.claim(connection, by);
      switch (claim.kind) {
        case 'claimed': {
          let tokens: RenewedTokens;
          try {
            tokens = await renew(account, context);
          } catch (error) {
            // A program that makes no claims, such as the application, may have used up the refresh token.
            const current = isDead(error) ? await store.claim(connection, by) : claim;
            if (current.kind === 'changed') return openTokens(account, current.connection, keyring);
            await store.release(connection, by);
            throw error;
          }
          await keep(() =>
            store.store(connection, by, {
              accessToken: keyring.encrypt(tokens.accessToken),
              refreshToken: tokens.refreshToken === null ? null : keyring.encrypt(tokens.refreshToken),
              tokenExpiresAt: tokens.expiresAt,
            }),
          );
          return {
            accountId: account.accountId,
            accessToken: tokens.accessToken,
            refreshToken: tokens.refreshToken ?? account.refreshToken,
            tokenExpiresAt: tokens.expiresAt,
          };
        }
        case 'changed':
          return openTokens(account, claim.connection, keyring);
        case 'forbidden':
          throw notStored(
            platform.name,
            'needs the right to update the connection, which this role of the database lacks',
          );
        case 'gone':
          throw new PlatformError('needs_reconnect', 'the connection was removed during the run', 'connection');
        case 'busy':
          await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
          if (signal.aborted) throw new Interrupted();
      }
    }
    return null;
  }

  async function prolong(account: Account, of: Renewal): Promise<Account> {
    if (renewals === null) return account;
    try {
      return (await renewed(account, of, renewals)) ?? account;
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      // A token without a date may be too new to be renewed.
      if (account.tokenExpiresAt !== null) {
        context.warn(
          `${platform.name}: a token that is about to end was not renewed: ${error.message}`,
          `renewal of ${platform.name}`,
        );
      }
      return account;
    }
  }

  async function replace(account: Account): Promise<Account | null> {
    if (renewal?.when !== 'expired' || account.refreshToken === null) return null;
    if (renewals === null) throw notStored(platform.name, 'has to be stored, which RENEW_TOKENS=1 allows');
    const other = await renewed(account, renewal, renewals);
    if (other !== null) return other;
    throw new PlatformError('timeout', 'another process has been renewing the token for too long', 'connection');
  }

  return {
    replace,
    async prepare(account) {
      const endsInMs = (account.tokenExpiresAt?.getTime() ?? Number.NaN) - context.now().getTime();
      if (renewal?.when === 'expired') return (endsInMs <= 0 && (await replace(account))) || account;
      if (renewal === undefined || !platform.endsByDate(account.accessToken)) return account;
      // A date that has passed may be that of a former token.
      const isEnding = account.tokenExpiresAt === null || endsInMs <= TOKEN_DAYS * DAY_MS;
      return isEnding ? prolong(account, renewal) : account;
    },
  };
}

/** Waits longer for the database than other calls do: the renewed tokens exist nowhere else. */
async function keep(store: () => Promise<unknown>): Promise<void> {
  for (let call = 1; ; call++) {
    try {
      await store();
      return;
    } catch (error) {
      if (!(error instanceof CollectError)) throw error;
      if (call < MOST_CALLS) continue;
      throw new PlatformError(
        'needs_reconnect',
        `the renewed token could not be stored, and is lost: ${error.message} Connect the account again`,
        'connection',
      );
    }
  }
}

function isDead(error: unknown): boolean {
  return error instanceof PlatformError && error.reason === 'needs_reconnect';
}

function notStored(platform: string, why: string): PlatformError {
  return new PlatformError(
    'configuration',
    `the ${platform} access token has to be renewed, and the renewed one ${why}`,
    'connection',
  );
}
