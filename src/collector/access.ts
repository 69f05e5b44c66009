import { createHash } from 'node:crypto';
import { DAY_MS } from '../clock.js';
import type { Account, CheckContext, Platform } from '../platforms/contract.js';
import type { KnownAccess, StoredAccount, StoredConnection } from '../store/accounts.js';
import { dateAt } from './day.js';
import { expiringBefore, TOKEN_DAYS } from './renewal.js';

/** When to ask again about an account without a known end. */
const ASK_AGAIN_MS = 30 * DAY_MS;
const LAST_STORABLE = new Date('9999-12-31T00:00:00Z');

/** `accessEnds` of a platform, without impossible dates. Throws as it does. */
export async function accessEnd(
  platform: Pick<Platform, 'accessEnds'>,
  account: Account,
  context: CheckContext,
): Promise<Date | null> {
  const end = (await platform.accessEnds?.(account, context)) ?? null;
  // A platform of the user's own may be written without types.
  return end instanceof Date && end > new Date(0) && end < LAST_STORABLE ? end : null;
}

/**
 * Asks until when a collected account's data may be read, if that is due: once for each token, and daily while the end is near, since
 * the owner may have consented again. Null if there is no answer, which must not fail the account.
 */
export async function askAccess(
  { access }: Pick<StoredAccount, 'access'>,
  connection: StoredConnection,
  platform: Pick<Platform, 'name' | 'accessEnds'>,
  account: Account,
  context: CheckContext,
): Promise<KnownAccess | null> {
  if (platform.accessEnds === undefined) return null;
  const token = hashOf(connection.accessToken ?? '');
  const known = access?.token === token ? access : null;
  const askedAt = context.now();
  if (!isDue(known, askedAt)) return null;
  try {
    const endsAt = await accessEnd(platform, account, context);
    // The run has already warned of ends that were known when it began.
    if (endsBefore(expiringBefore(askedAt), endsAt) && !endsBefore(expiringBefore(askedAt), known?.endsAt)) {
      context.warn(
        `${platform.name}: the access to the data of some accounts ends within ${TOKEN_DAYS} days: status --json lists them; connect them again`,
      );
    }
    return { token, endsAt, askedAt };
  } catch {
    return null;
  }
}

function isDue(known: KnownAccess | null, now: Date): boolean {
  if (known === null) return true;
  if (known.endsAt === null) return now.getTime() - known.askedAt.getTime() >= ASK_AGAIN_MS;
  return endsBefore(expiringBefore(now), known.endsAt) && dateAt(known.askedAt, 'UTC') < dateAt(now, 'UTC');
}

function endsBefore(instant: Date, end: Date | null | undefined): boolean {
  return end != null && end < instant;
}

/** As `collection_tokens_ending` computes it. */
function hashOf(ciphertext: string): string {
  return createHash('sha256').update(ciphertext).digest('hex');
}
