import { CONNECT } from '../../collector/connections.js';
import type { ConnectionSummary } from '../../store/store.js';
import { bounded } from '../../text.js';
import { type Column, formatTable } from './table.js';
import { cleanText } from './text.js';

const COLUMNS: readonly Column[] = [
  { title: 'user', cut: 'middle' },
  { title: 'platform', cut: true },
  { title: 'account', cut: 'middle' },
  { title: 'state' },
  { title: 'expires' },
  { title: 'name', cut: true },
];

/** The width that the columns besides the id need so that cut ids of users and accounts stay distinguishable. */
const ROOMY = 74;

/**
 * The text that `connections list` prints, at most `width` columns wide. It holds no tokens. Ids of connections are never cut, because
 * other commands take them: where they leave too little room, they have lines of their own. `expiresOf` is what the
 * table says of a token's end.
 */
export function renderConnections(
  connections: readonly ConnectionSummary[],
  width: number,
  expiresOf: (connection: ConnectionSummary) => string,
): string {
  if (connections.length === 0) {
    return `no connections. Connect an account:\n  ${CONNECT}\n`;
  }
  const ids = ['id', ...connections.map(({ id }) => id)];
  const idWidth = Math.max(...ids.map((id) => id.length)) + 2;
  const rows = connections.map((connection) => cellsOf(connection, expiresOf(connection)));
  const beside = formatTable(COLUMNS, rows, width - idWidth);
  const isWideEnough = width - idWidth >= ROOMY || beside.every((line) => !line.includes('…'));
  const lines = isWideEnough
    ? beside.map((line, index) => (ids[index] ?? '').padEnd(idWidth) + line)
    : formatTable(COLUMNS, rows, width - 2).flatMap((line, index) => [ids[index] ?? '', `  ${line}`]);
  return `${lines.join('\n')}\n`;
}

function cellsOf(connection: ConnectionSummary, expires: string): string[] {
  return [
    cleanText(bounded(connection.userId)),
    cleanText(bounded(connection.platform)),
    cleanText(connection.accountId ?? ''),
    connection.active ? (connection.isPrimary ? 'primary' : 'active') : 'inactive',
    expires,
    cleanText(connection.accountName ?? ''),
  ];
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
