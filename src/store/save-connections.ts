import { CollectError } from '../errors.js';
import { savedAnswer } from './answers.js';
import { rowRefused } from './database-error.js';
import type { Ask } from './function-call.js';
import type { NewConnection, Store } from './store.js';

/** A connection that was added or renewed. */
export interface StoredNow {
  readonly id: string;
  readonly created: boolean;
  /** Whether a refresh token is stored with it, this one or one from before. */
  readonly hasRefreshToken: boolean;
}

/** `refused`: why the table of connections does not accept it; `isOfUser`: because of its user id. */
export type SavedConnection = StoredNow | { readonly refused: string; readonly isOfUser: boolean };

/** Implements `Store.saveConnections`. */
export async function saveConnections(ask: Ask, given: readonly NewConnection[]): Promise<SavedConnection[]> {
  const connections = given.map((connection) => ({
    user_id: connection.userId,
    platform: connection.platform,
    account_id: connection.accountId,
    account_name: connection.accountName,
    access_token: connection.accessToken,
    refresh_token: connection.refreshToken,
    token_expires_at: connection.tokenExpiresAt,
  }));
  return (await ask(savedAnswer, 'save_collection_connections', { connections })).connections;
}

/** Implements `Store.saveConnection`. */
export async function saveConnection(
  ask: Ask,
  connection: NewConnection,
  description: Store['description'],
): Promise<StoredNow> {
  const [saved] = await saveConnections(ask, [connection]);
  if (saved !== undefined && !('refused' in saved)) return saved;
  if (saved?.isOfUser === false) throw rowRefused(description, saved.refused);
  throw new CollectError(
    'usage',
    `Cannot store the connection in ${description}: ${saved?.refused}.`,
    'Use the id of an existing user, in the form in which the application stores it.',
  );
}
