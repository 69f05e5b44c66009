import { variablesToSet } from '../collector/lasting.js';
import { openRefreshToken } from '../collector/open-account.js';
import type { Platform } from '../platforms/contract.js';
import type { Inspection, SampledConnection } from '../store/inspection.js';
import { bounded, count, formatNumber } from '../text.js';
import { createKeyring, type Keyring, splitKeys } from '../tokens/keyring.js';
import { type Check, failed, passed, thrown, unchecked } from './doctor-check.js';

/** How many connections are named one by one. */
const MOST_NAMED = 3;
const LOST = 'Append the key that encrypted them to ENCRYPTION_KEY, after a comma, or connect the accounts again.';

/** Where the encryption key was found, or the error that it was not. */
export type FoundKey =
  | { readonly keys: string; readonly where: string; readonly spare?: SpareKey }
  /** There is none yet, and it will be created there. */
  | { readonly keys: null; readonly path: string };

/** A key that is not used, because another is set. */
interface SpareKey {
  readonly keys: string;
  readonly path: string;
}

/** What decrypts tokens. */
export interface Openers {
  /** Null if there is no key. */
  readonly keyring: Keyring | null;
  readonly spare: { readonly keyring: Keyring; readonly path: string } | null;
}

/** Finds the key; `encrypted` connections need one. Throws `CollectError`. */
export type FindKey = (encrypted: () => Promise<number>) => Promise<FoundKey>;

const NO_KEY: Openers = { keyring: null, spare: null };

/** Checks the key, and returns what opens tokens. */
export async function checkKey(
  find: FindKey,
  encrypted: () => Promise<number>,
  allowPlaintext: boolean,
): Promise<{ readonly check: Check; readonly openers: Openers }> {
  try {
    const found = await find(encrypted);
    if (found.keys === null) {
      const check = passed('key', `There is none yet; one is created in ${found.path} when an account is connected.`);
      return { check, openers: NO_KEY };
    }
    const { keys, where, spare } = found;
    const number = splitKeys(keys).length;
    const several = number === 1 ? '' : `; there are ${number}: the first encrypts, all of them decrypt`;
    return {
      check: passed('key', `${where}${several}.`),
      openers: {
        keyring: createKeyring(keys, { allowPlaintext }),
        spare: spare ? { path: spare.path, keyring: createKeyring(spare.keys, { allowPlaintext: false }) } : null,
      },
    };
  } catch (error) {
    return { check: thrown('key', error), openers: NO_KEY };
  }
}

/** Whether the key decrypts a sample of the stored tokens. No message contains a token. */
export function checkTokens(
  { keyring, spare }: Openers,
  { sample }: Pick<Inspection, 'sample'>,
  platforms: ReadonlyMap<string, Platform>,
): Check[] {
  const stored = sample
    .filter(({ platform }) => platforms.has(platform) && platforms.get(platform)?.needsToken !== false)
    .filter(({ accessToken }) => accessToken !== null);
  if (stored.length === 0) return [];
  if (keyring === null) return [unchecked('tokens', 'there is no key')];
  const refused = stored.flatMap((connection) => {
    const opened = keyring.decrypt(connection.accessToken ?? '');
    return opened.ok ? [] : [{ connection, why: opened.why }];
  });
  const of = `of ${count(stored.length, 'sampled token')}`;
  if (refused.length === 0) return [passed('tokens', `The key decrypts ${formatNumber(stored.length)} ${of}.`)];
  const reasons = [...new Set(refused.map(({ why }) => why))].join('; ');
  const named = refused.slice(0, MOST_NAMED).map(({ connection }) => nameOf(connection));
  const more = refused.length > MOST_NAMED ? `, and ${formatNumber(refused.length - MOST_NAMED)} more` : '';
  return [
    failed(
      'tokens',
      refused.length === stored.length ? 'error' : 'warning',
      `The key decrypts ${formatNumber(stored.length - refused.length)} ${of}: ${reasons} (${named.join(', ')}${more}).`,
      fixOf(
        refused.map(({ connection }) => connection),
        spare,
      ),
    ),
  ];
}

/** A key that was found elsewhere may be the right one. */
function fixOf(refused: readonly SampledConnection[], spare: Openers['spare']): string {
  const opened = refused.filter(({ accessToken }) => spare?.keyring.decrypt(accessToken ?? '').ok).length;
  if (spare === null || opened === 0) return LOST;
  return `The key in ${spare.path} decrypts ${formatNumber(opened)} of them: append it to ENCRYPTION_KEY, after a comma.`;
}

/** Whether access tokens can be renewed, and stored where they must be. `renewsTokens`: as in `Collector`. */
export function checkRefresh(
  keyring: Keyring | null,
  { sample }: Pick<Inspection, 'sample'>,
  { platforms, renewsTokens }: { readonly platforms: ReadonlyMap<string, Platform>; readonly renewsTokens: boolean },
  now: Date,
): Check[] {
  if (keyring === null) return [];
  return [...platforms.values()].flatMap((platform) => {
    const { name, renewal, missingForRenewal = [] } = platform;
    const renewed = sample.filter(
      (connection) => connection.platform === name && isRenewed(connection, platform, keyring),
    );
    if (renewed.length === 0) return [];
    if (missingForRenewal.length > 0) {
      const names = variablesToSet(missingForRenewal);
      return [
        failed(
          'refresh',
          'error',
          `${name}: connections have refresh tokens, but no expired access token can be renewed without ${names}.`,
          `Set ${names}, as in the app with which the accounts were connected.`,
        ),
      ];
    }
    if (renewal !== undefined && !renewsTokens) {
      const fails = ({ tokenExpiresAt }: SampledConnection) =>
        renewal.when === 'expired' && tokenExpiresAt !== null && Date.parse(tokenExpiresAt) <= now.getTime();
      return [
        failed(
          'refresh',
          renewed.some(fails) ? 'error' : 'warning',
          `${name}: no run may store a renewed token, so access tokens are not renewed.`,
          'Set RENEW_TOKENS=1, unless another program renews them.',
        ),
      ];
    }
    const which = renewal?.when === 'ending' ? 'access tokens that are about to end' : 'expired access tokens';
    return [passed('refresh', `${name}: ${which} can be renewed.`)];
  });
}

function isRenewed(
  { accessToken, refreshToken }: SampledConnection,
  { renewsTokens, renewal, endsByDate }: Platform,
  keyring: Keyring,
): boolean {
  if (renewal?.when !== 'ending') return renewsTokens && openRefreshToken(refreshToken, keyring) !== null;
  const opened = keyring.decrypt(accessToken ?? '');
  return opened.ok && endsByDate(opened.token);
}

/** `youtube UC… of user …` */
export function nameOf({ platform, accountId, accountName, id, userId }: SampledConnection): string {
  const account = accountId === null ? `connection ${bounded(id)}` : accountId;
  return `${platform} ${account}${accountName === null ? '' : ` (${accountName})`} of user ${bounded(userId)}`;
}
