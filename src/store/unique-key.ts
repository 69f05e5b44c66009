import { formatNumber } from '../text.js';
import type { SqlSession } from './apply-schema.js';

const KEY = 'user_id, platform, source, metric, date, post_id';
const NAME = 'analytics_snapshots_one_per_key';
/** How many rows one statement checks for duplicates. */
const BATCH_ROWS = 20_000;
/** The build fails if another writer adds a duplicate in the meantime. */
const BUILD_TRIES = 5;
const UNIQUE_VIOLATION = '23505';

/** Runs statements as one transaction that retries until it gets its locks. */
type WithLock = (session: SqlSession, sql: string) => Promise<void>;

/**
 * Gives analytics_snapshots its unique key with NULLS NOT DISTINCT without blocking readers or writers: duplicates are removed in
 * batches, the index is built concurrently, and only the swap with the former key takes a lock, briefly. Returns what was done.
 */
export async function ensureUniqueKey(session: SqlSession, withLock: WithLock): Promise<string[]> {
  const { isBuilt, isInPlace, former } = await keysOf(session);
  if (isInPlace) return [];
  let removed = 0;
  for (let tries = 1; !isBuilt; tries++) {
    // An interrupted build leaves an invalid index behind.
    await session.query(`drop index concurrently if exists public.${NAME}`);
    removed += await removeDuplicates(session);
    try {
      await session.query(
        `create unique index concurrently ${NAME} on public.analytics_snapshots (${KEY}) nulls not distinct`,
      );
      break;
    } catch (error) {
      if (!isUniqueViolation(error) || tries === BUILD_TRIES) throw error;
    }
  }
  await withLock(
    session,
    [...former, `alter table public.analytics_snapshots add constraint ${NAME} unique using index ${NAME}`].join('; '),
  );
  const duplicates = removed === 0 ? 'no duplicates' : `${formatNumber(removed)} duplicates removed, the oldest kept`;
  return [`gave analytics_snapshots a unique key with NULLS NOT DISTINCT: ${duplicates}`];
}

interface Keys {
  /** The right index exists, but without the constraint: an earlier attempt ended before the swap. */
  readonly isBuilt: boolean;
  readonly isInPlace: boolean;
  /** The statements that drop keys that treat NULLs as distinct. */
  readonly former: readonly string[];
}

async function keysOf(session: SqlSession): Promise<Keys> {
  const keys = await session.query(
    `select keys.takes_nulls_as_equal as is_right, keys.index_id::regclass::text as index_name,
       keys.index_id = to_regclass('public.${NAME}') as is_own, constraints.conname as constraint_name
     from public.collection_key_indexes() keys
     left join pg_catalog.pg_constraint constraints on constraints.conindid = keys.index_id and constraints.contype = 'u'`,
  );
  const right = keys.filter(({ is_right }) => is_right === true);
  const isBuilt = right.some(({ is_own, constraint_name }) => is_own === true && constraint_name === null);
  const former = keys
    .filter(({ is_right }) => is_right !== true)
    .map(({ index_name, constraint_name }) =>
      constraint_name === null
        ? `drop index ${index_name}`
        : `alter table public.analytics_snapshots drop constraint "${String(constraint_name).replaceAll('"', '""')}"`,
    );
  return { isBuilt, isInPlace: right.length > 0 && !isBuilt, former };
}

/** Goes through the table by user, in batches of their own transactions. Returns how many rows were removed. */
async function removeDuplicates(session: SqlSession): Promise<number> {
  let removed = 0;
  let last: unknown = null;
  for (;;) {
    const [batch] = await session.query(
      `with ahead as (
         select user_id from public.analytics_snapshots
         where $1::text is null or user_id > (jsonb_populate_record(null::public.analytics_snapshots, jsonb_build_object('user_id', $1::text))).user_id
         order by user_id
         limit ${BATCH_ROWS}
       ),
       removed as (
         delete from public.analytics_snapshots
         where ctid in (${duplicatesWhere('user_id in (select user_id from ahead)')})
         returning 1
       )
       select (select user_id::text from ahead order by user_id desc limit 1) as last, (select count(*) from removed) as removed`,
      [last],
    );
    removed += Number(batch?.removed ?? 0);
    if (batch?.last === null || batch?.last === undefined) return removed + (await removeNobodys(session));
    last = batch.last;
  }
}

/** Rows without a user, which are in no range of users. */
async function removeNobodys(session: SqlSession): Promise<number> {
  const removed = await session.query(
    `delete from public.analytics_snapshots
     where ctid in (${duplicatesWhere('user_id is null')})
     returning 1 as removed`,
    [],
  );
  return removed.length;
}

/** The addresses of all rows except the oldest of each key. */
function duplicatesWhere(condition: string): string {
  return `select ranked.row_address
     from (
       select ctid as row_address, row_number() over (partition by ${KEY} order by created_at nulls first, id) as place
       from public.analytics_snapshots
       where ${condition}
     ) ranked
     where ranked.place > 1`;
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
}
