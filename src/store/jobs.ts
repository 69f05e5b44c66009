import { createHash } from 'node:crypto';
import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { z } from 'zod';
import type { PaceWindow, TakeRequests } from '../http/shared-pace.js';
import { storeError } from './database-error.js';
import { ANSWER_TIMEOUT_MS } from './drivers/limited-query.js';
import { openPool } from './drivers/postgres.js';
import { grantsFix, JOBS_SCHEMA, queueOf, readJobsSchema, runOf } from './jobs-schema.js';
import { createPatience, type Patience } from './patience.js';

/** A step of a run that processes share. */
const job = z.discriminatedUnion('kind', [
  /** Divides a page of accounts into pieces. */
  z.object({ kind: z.literal('plan'), page: z.number(), pieceSize: z.number().nullable() }),
  /** Collects the accounts of a piece. `round`: so many times it was added again, because processes were stopped and not at fault. */
  z.object({ kind: z.literal('piece'), piece: z.number(), pieceSize: z.number(), round: z.number() }),
  /** Summarizes the run. */
  z.object({ kind: z.literal('finish') }),
]);
export type Job = z.output<typeof job>;

/** A job that this process has taken, until it is done or given back. */
export interface TakenJob {
  readonly id: string;
  /** Others that took it before. */
  readonly retryCount: number;
  readonly job: Job;
  /** Why it failed for good, when every attempt has failed; null otherwise. */
  readonly failure: string | null;
}

/** The jobs of one run, in PostgreSQL. A job whose process dies is given to another. Throws `CollectError`. */
export interface Jobs {
  /** Adds jobs in one statement; those that were added before are left out. */
  add(jobs: readonly Job[]): Promise<void>;
  take(most: number): Promise<TakenJob[]>;
  done(taken: TakenJob): Promise<void>;
  /** Lets another process take it at once. Does not wait for the database: without it, the job is taken for that of a dead process. */
  giveBack(taken: TakenJob, why: string): Promise<void>;
  /** Keeps jobs from being taken for those of a dead process, which they are 10 seconds later. */
  keep(taken: readonly TakenJob[]): Promise<void>;
  /** Counts requests that all processes on this database may send, so many in each window. */
  share(key: string, window: PaceWindow): TakeRequests;
  close(): Promise<void>;
}

const RETRIES = 5;
/** Of what is done about a job that has failed for good: without it, the run would not end. */
const MANY_RETRIES = 1_000;
/** The least that pg-boss takes. */
const HEARTBEAT_SECONDS = 10;
const WATCH_SECONDS = 5;
/** How long an attempt may take whose process is alive: the most that pg-boss takes. */
const LONGEST_SECONDS = 24 * 3_600;

/** Opens the jobs of a run; those of runs that `isOver` says have ended are deleted. */
export async function openJobs(
  databaseUrl: string,
  runId: string,
  isOver: (runId: string) => Promise<boolean>,
  patience: Patience,
): Promise<Jobs> {
  const { pool, place: known } = openPool(databaseUrl, ANSWER_TIMEOUT_MS);
  const patiently = createPatience(patience);
  const found = await patiently(() => readJobsSchema(pool, known)).catch(async (error) => {
    await pool.end();
    throw error;
  });
  const place = { ...known, grantsFix: grantsFix(found) };
  const boss = new PgBoss({
    schema: JOBS_SCHEMA,
    // `create schema if not exists` needs the right to create it even if it exists.
    createSchema: found.owner === null,
    db: {
      executeSql: async (text, values) => {
        const answer = await pool.query(text, values).catch((error) => {
          throw storeError(error, place);
        });
        // Several statements have several answers.
        return Array.isArray(answer) ? answer.at(-1) : answer;
      },
    },
    instanceName: queueOf(runId),
    instanceHeartbeatSeconds: HEARTBEAT_SECONDS,
    superviseIntervalSeconds: WATCH_SECONDS,
    monitorIntervalSeconds: WATCH_SECONDS,
    schedule: false,
    openTelemetry: { enabled: false },
  });
  // What it does by itself, it tries again.
  boss.on('error', () => undefined);
  const ask = <T>(call: () => Promise<T>): Promise<T> =>
    patiently(() =>
      call().catch((error) => {
        throw storeError(error, place);
      }),
    );

  const queue = queueOf(runId);
  const dead = `${queue}-dead`;

  async function close(): Promise<void> {
    await boss.stop({ graceful: false }).catch(() => undefined);
    await pool.end();
  }

  async function open(): Promise<void> {
    await ask(() => boss.start());
    const watched = { heartbeatSeconds: HEARTBEAT_SECONDS, expireInSeconds: LONGEST_SECONDS };
    await ask(() => boss.createQueue(dead, { ...watched, retryLimit: MANY_RETRIES }));
    await ask(() => boss.createQueue(queue, { ...watched, retryLimit: RETRIES, deadLetter: dead }));
    for (const { name } of await ask(() => boss.getQueues())) {
      const of = runOf(name);
      if (of !== null && of !== runId && (await isOver(of))) await ask(() => boss.deleteQueue(name));
    }
  }

  const limiters = new Map<string, Promise<RateLimiterPostgres>>();

  function openLimiter({ requests, seconds }: PaceWindow): Promise<RateLimiterPostgres> {
    return new Promise((resolve, reject) => {
      const limiter: RateLimiterPostgres = new RateLimiterPostgres(
        {
          // Without the names of prepared statements, which a pooler may not know.
          storeClient: { query: ({ text, values }: pg.QueryConfig) => pool.query(text, values) },
          storeType: 'client',
          schemaName: JOBS_SCHEMA,
          tableName: 'pace',
          points: requests,
          duration: seconds,
        },
        (error) => (error ? reject(error) : resolve(limiter)),
      );
    });
  }

  /** One for all keys of a window: there may be thousands, and each would look for the table and clear it now and then. */
  function limiterOf(window: PaceWindow): Promise<RateLimiterPostgres> {
    const name = `${window.requests} in ${window.seconds} s`;
    const known = limiters.get(name);
    if (known !== undefined) return known;
    // The first time fails where another process creates the table at the same moment.
    const opened = openLimiter(window).catch(() => openLimiter(window));
    limiters.set(name, opened);
    opened.catch(() => limiters.delete(name));
    return opened;
  }

  try {
    await open();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async add(jobs) {
      await ask(() =>
        boss.insert(
          queue,
          // What others wait for comes first, then pieces in their order.
          jobs.map((data) => ({ id: idOf(runId, data), data, priority: data.kind === 'piece' ? -data.piece : 1 })),
        ),
      );
    },
    async take(most) {
      const taken = await ask(() => boss.fetch<unknown>(queue, { batchSize: most }));
      if (taken.length > 0) return taken.map((each) => ({ ...each, job: job.parse(each.data), failure: null }));
      const failed = await ask(() => boss.fetch<unknown>(dead, { includeMetadata: true }));
      return failed.map((each) => ({ ...each, job: job.parse(each.data), failure: whyOf(each.sourceOutput) }));
    },
    async done(taken) {
      await ask(() => boss.complete(taken.failure === null ? queue : dead, taken));
    },
    async giveBack(taken, why) {
      await boss.fail(taken.failure === null ? queue : dead, taken, { message: why });
    },
    async keep(taken) {
      const [alive, failed] = [[] as TakenJob[], [] as TakenJob[]];
      for (const each of taken) (each.failure === null ? alive : failed).push(each);
      if (alive.length > 0) await boss.touch(queue, alive);
      if (failed.length > 0) await boss.touch(dead, failed);
    },
    share: (key, window) => async (requests) => {
      const limiter = await limiterOf(window);
      const answer = await limiter.consume(key, requests).catch((refused) => refused);
      if (!(answer instanceof RateLimiterRes)) throw storeError(answer, place);
      return { isGranted: answer.consumedPoints <= window.requests, ms: answer.msBeforeNext };
    },
    close,
  };
}

/** Always the same for a job of a run, so that it is added once. */
function idOf(runId: string, job: Job): string {
  const place = job.kind === 'plan' ? job.page : job.kind === 'piece' ? `${job.piece} ${job.round}` : 0;
  const hash = createHash('sha256').update(`${runId} ${job.kind} ${place}`).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const output = z
  .object({ message: z.string() })
  .or(z.object({ value: z.object({ message: z.string() }) }).transform(({ value }) => value));

function whyOf(sourceOutput: unknown): string {
  return output.safeParse(sourceOutput).data?.message ?? 'no reason given';
}
