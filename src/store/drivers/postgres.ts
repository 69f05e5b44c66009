import pg from 'pg';
import type { Clock } from '../../clock.js';
import { CollectError } from '../../errors.js';
import { applySchema } from '../apply-schema.js';
import { storeError } from '../database-error.js';
import { functionCall } from '../function-call.js';
import { sqlStore } from '../sql-store.js';
import type { Store } from '../store.js';
import { encryptionOf, IN_CLEAR } from './tls.js';

/** A connection may be half open: the other end may have disappeared without closing it. */
const CALL_TIMEOUT_MS = 30_000;
const OLDEST_VERSION = 150_000;
const SCHEMA_FIX = 'Run `analytics-collect schema --apply`.';
const GRANTS_FIX = 'Connect as the owner of the tables, or apply the schema again: `analytics-collect schema --apply`.';

/**
 * Opens any PostgreSQL 15 or newer. Throws `CollectError` when the server cannot be reached or refuses the connection. `clock` is
 * used to wait for a database that is unreachable.
 */
export async function openPostgresStore(databaseUrl: string, clock?: Clock): Promise<Store> {
  const { address, ssl, sslnegotiation, warning } = encryptionOf(databaseUrl, process.env.PGSSLMODE);
  const place = {
    description: describe(address),
    setting: 'DATABASE_URL',
    schemaFix: SCHEMA_FIX,
    grantsFix: GRANTS_FIX,
  };
  const pool = new pg.Pool({
    connectionString: address,
    ssl,
    sslnegotiation,
    max: 4,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'analytics-collect',
    allowExitOnIdle: true,
  });
  // A broken idle connection is replaced by the next call; without a listener it would end the process.
  pool.on('error', () => {});

  // Statements have no names, so that they work through a pooler in transaction mode.
  async function query<Row extends pg.QueryResultRow>(
    config: pg.QueryConfig & { query_timeout?: number },
  ): Promise<Row[]> {
    try {
      return (await pool.query<Row>(config)).rows;
    } catch (thrown) {
      throw storeError(thrown, place);
    }
  }

  try {
    const rows = await query<{ version: number }>({
      text: "select current_setting('server_version_num')::integer as version",
      query_timeout: CALL_TIMEOUT_MS,
    });
    refuseOldServer(rows[0]?.version ?? 0, place.description);
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }

  return sqlStore({
    description: place.description,
    warnings: warning === null ? [] : [warning],
    schemaFix: SCHEMA_FIX,
    ...(clock && { clock }),
    async call(functionName, args) {
      const statement = { ...functionCall(functionName, args), query_timeout: CALL_TIMEOUT_MS };
      return (await query<{ result: unknown }>(statement))[0]?.result;
    },
    async applySchema(options) {
      // A separate connection, without a query timeout: a statement may wait for locks.
      const client = await pool.connect();
      try {
        const session = {
          async query(text: string, values?: readonly unknown[]) {
            const answer: pg.QueryResult | pg.QueryResult[] = await client.query(text, values && [...values]);
            return (Array.isArray(answer) ? answer.at(-1)?.rows : answer.rows) ?? [];
          },
        };
        return await applySchema(session, options);
      } catch (thrown) {
        throw storeError(thrown, place);
      } finally {
        // Closes the connection, because its settings and its lock belong to this session.
        client.release(true);
      }
    },
    close: () => pool.end(),
  });
}

function refuseOldServer(version: number, description: string): void {
  if (version >= OLDEST_VERSION) return;
  throw new CollectError(
    'store_refused',
    `${description} runs PostgreSQL ${Math.floor(version / 10_000)}, but 15 or newer is required to keep reruns free of duplicates.`,
    'Set DATABASE_URL to a PostgreSQL 15 or newer database.',
  );
}

/** Host and database only: the rest of the address may be secret. */
function describe(address: string): string {
  const { host, database } = new pg.Client({ connectionString: address, ...IN_CLEAR });
  return `PostgreSQL at ${host}/${database ?? ''}`;
}
