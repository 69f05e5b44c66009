import { expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/drivers/postgres.js';
import { freshPostgres } from '../support/database.js';
import { connection } from './rows.js';

test.skipIf(!process.env.TEST_DATABASE_URL)(
  'PostgreSQL itself refuses what a store that only reads would write',
  async () => {
    const sql = await freshPostgres();
    const [store, reading] = [await openPostgresStore(sql.url), await openPostgresStore(sql.url, { readOnly: true })];
    try {
      await store.applySchema();
      await expect(reading.saveConnection(connection())).rejects.toThrow(/read-only|25006/);
      expect(await reading.listConnections()).toEqual([]);
      expect((await store.saveConnection(connection())).created).toBe(true);
      expect(await reading.listConnections()).toHaveLength(1);
    } finally {
      await Promise.all([store.close(), reading.close()]);
      await sql.close();
    }
  },
);
