import { ADD_CONNECTION } from '../../collector/connections.js';
import type { ConnectionSummary } from '../../store/store.js';
import { bounded } from '../../text.js';
import { cleanText, formatTable } from './text.js';

const COLUMNS = ['id', 'user', 'platform', 'account', 'state', 'token expires', 'name'].map((title) => ({ title }));

/** The text that `connections list` prints. It holds no tokens. */
export function renderConnections(connections: readonly ConnectionSummary[]): string {
  if (connections.length === 0) {
    return `no connections. Add one: ${ADD_CONNECTION}\n`;
  }
  const rows = connections.map((connection) => [
    connection.id,
    cleanText(bounded(connection.userId)),
    cleanText(bounded(connection.platform)),
    cleanText(connection.accountId ?? ''),
    connection.active ? (connection.isPrimary ? 'primary' : 'active') : 'inactive',
    connection.tokenExpiresAt?.slice(0, 10) ?? '',
    cleanText(connection.accountName ?? ''),
  ]);
  return `${formatTable(COLUMNS, rows).join('\n')}\n`;
}

/** One connection in `connections list --json`. */
export function connectionJson(connection: ConnectionSummary) {
  return {
    id: connection.id,
    user_id: bounded(connection.userId),
    platform: bounded(connection.platform),
    account_id: connection.accountId,
    account_name: connection.accountName,
    active: connection.active,
    primary: connection.isPrimary,
    token_expires_at: connection.tokenExpiresAt,
  };
}
