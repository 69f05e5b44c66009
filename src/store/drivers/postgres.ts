import pg from 'pg';
import { CollectError } from '../../errors.js';
import { applySchema } from '../apply-schema.js';
import { type Place, storeError } from '../database-error.js';
import { functionCall } from '../function-call.js';
import { sqlStore } from '../sql-store.js';
import type { Store } from '../store.js';
import { LimitedQuery } from './limited-query.js';
import { encryptionOf, IN_CLEAR } from './tls.js';

const OLDEST_VERSION = 150_000;
const SCHEMA_FIX = 'Run `analytics-collect schema --apply`.';
const GRANTS_FIX = 'Connect as the owner of the tables, or apply the schema again: `analytics-collect schema --apply`.';

/** Connections to a PostgreSQL, of which none is opened before it is needed. Without `answerTimeoutMs`, each query has to have its own. */
export function openPool(
  databaseUrl: string,
  answerTimeoutMs?: number,
): {
  readonly pool: pg.Pool;
  readonly place: Place;
  readonly warning: string | null;
} {
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
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    application_name: 'analytics-collect',
    allowExitOnIdle: true,
  });
  // A broken idle connection is replaced by the next call; without a listener it would end the process.
  pool.on('error', () => {});
  return { pool, place, warning };
}

/** Opens any PostgreSQL 15 or newer. Nothing is sent before the first call. With `readOnly`, no call can write. */
export async function openPostgresStore(databaseUrl: string, { readOnly = false } = {}): Promise<Store> {
  const { pool, place, warning } = openPool(databaseUrl);

  async function query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      // The types do not know that a pool answers a query of another class as any other.
      const results: unknown = await pool.query(new LimitedQuery({ text, values }, { readOnly }));
      return (results as pg.QueryResult[]).at(-1)?.rows as Row[];
    } catch (thrown) {
      throw storeError(thrown, place);
    }
  }

  const refuseOldServer = once(async () => {
    const rows = await query<{ version: number }>("select current_setting('server_version_num')::integer as version");
    const version = rows[0]?.version ?? 0;
    if (version < OLDEST_VERSION) throw tooOld(version, place.description);
  });

  return sqlStore({
    description: place.description,
    warnings: warning === null ? [] : [warning],
    schemaFix: SCHEMA_FIX,
    async call(functionName, args) {
      await refuseOldServer();
      const { text, values } = functionCall(functionName, args);
      return (await query<{ result: unknown }>(text, values))[0]?.result;
    },
    async applySchema(options) {
      await refuseOldServer();
      // A separate connection, without a query timeout: a statement may wait for locks.
      const client = await pool.connect();
      try {
        const session = {
          async query(text: string, values?: readonly unknown[]) {
            const answer: pg.QueryResult | pg.QueryResult[] = await client.query(text, values && [...values]);
            return (Array.isArray(answer) ? answer.at(-1)?.rows : answer.rows) ?? [];
          },
        };
        // Ends a statement whose command was killed, which waits for another's lock for example. Not every server's system can.
        await client.query("set client_connection_check_interval = '2s'").catch(() => undefined);
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

/** Calls `work` until it has succeeded once. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work().catch((thrown) => {
      done = undefined;
      throw thrown;
    });
    return done;
  };
}

function tooOld(version: number, description: string): CollectError {
  return new CollectError(
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
