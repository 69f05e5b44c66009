/* A database of the bench's own on the PostgreSQL of BENCH_DATABASE_URL. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openApp } from '../dist/lib/index.js';

export const ENCRYPTION_KEY = `${randomBytes(32).toString('base64url')}=`;
let made = 0;

/** A new database with the schema. It is dropped when closed. */
export async function createDatabase() {
  const server = process.env.BENCH_DATABASE_URL;
  made += 1;
  const name = `analytics_collect_bench_${process.pid}_${made}`;
  await onServer(server, `create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const environment = { DATABASE_URL: url, ENCRYPTION_KEY };
  const app = await openApp({ environment });
  await app.applySchema();
  await app.close();

  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return {
    environment,
    query: async (text, values) => (await client.query(text, values)).rows,
    async close() {
      await client.end();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

async function onServer(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Leaves a database without any row. */
export async function empty({ query }) {
  await query(
    `truncate platform_connections, analytics_snapshots, analytics_account_snapshots, collection_runs, collection_accounts
     restart identity cascade`,
  );
}

/** Stores connections in one statement, with tokens in clear, for ALLOW_PLAINTEXT_TOKENS. */
export async function connect({ query }, connections) {
  const rows = connections.map(({ userId, platform, accountId, accountName, accessToken, refreshToken }) => ({
    user_id: userId,
    platform,
    account_id: accountId,
    account_name: accountName,
    access_token: accessToken,
    refresh_token: refreshToken,
  }));
  await query(
    `insert into platform_connections (user_id, platform, account_id, account_name, access_token, refresh_token)
     select user_id, platform, account_id, account_name, access_token, refresh_token
     from jsonb_populate_recordset(null::platform_connections, $1::text::jsonb)`,
    [JSON.stringify(rows)],
  );
}

/** A token as the application would store it. */
export async function encryptedToken(database) {
  const app = await openApp({ environment: database.environment });
  const connection = { userId: 'nobody', platform: 'facebook', accountId: '1', accessToken: 'EAAtoken', check: false };
  await app.addConnection(connection);
  await app.close();
  const [{ access_token }] = await database.query('delete from platform_connections returning access_token');
  return access_token;
}
