import packageJson from 'pg-boss/package.json' with { type: 'json' };
import { z } from 'zod';
import { storeError } from './database-error.js';
import { ANSWER_TIMEOUT_MS } from './drivers/limited-query.js';
import { openPool } from './drivers/postgres.js';
import { grantsFix, JOBS_SCHEMA, type JobsSchema, readJobsSchema, runOf } from './jobs-schema.js';

/** How the jobs of runs that processes share are kept. */
export interface JobsInspection extends JobsSchema {
  /** The version of pg-boss's schema in the database; null if there is none, or if the role may not read it. */
  readonly version: number | null;
  /** The version that this program needs, and brings where an older one is. */
  readonly neededVersion: number;
  /** The runs that have queues. */
  readonly runs: readonly string[];
  /** What lets the role share runs, as a sentence. */
  readonly grantsFix: string;
}

const versions = z.array(z.object({ version: z.number() }));
const queues = z.array(z.object({ name: z.string() }));

/** Only reads. Throws `CollectError`. */
export async function inspectJobs(databaseUrl: string): Promise<JobsInspection> {
  const { pool, place } = openPool(databaseUrl, ANSWER_TIMEOUT_MS);
  const query = async (text: string) => {
    const { rows } = await pool.query(text).catch((error) => {
      throw storeError(error, place);
    });
    return rows;
  };
  try {
    const schema = await readJobsSchema(pool, place);
    const isInstalled =
      schema.mayUse && (await query(`select to_regclass('${JOBS_SCHEMA}.version') as name`))[0]?.name !== null;
    const [row] = isInstalled ? versions.parse(await query(`select version from ${JOBS_SCHEMA}.version`)) : [];
    const all = isInstalled ? queues.parse(await query(`select name from ${JOBS_SCHEMA}.queue`)) : [];
    return {
      ...schema,
      version: row?.version ?? null,
      neededVersion: packageJson.pgboss.schema,
      runs: [...new Set(all.flatMap(({ name }) => runOf(name) ?? []))],
      grantsFix: grantsFix(schema),
    };
  } finally {
    await pool.end();
  }
}
