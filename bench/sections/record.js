/*
 * How fast `record_collection` writes into a table that has 100,000 rows, and one that has 10,000,000. PostgreSQL itself says how
 * long the function took, whatever its arguments are.
 */
import { connect } from '../database.js';
import { collect } from '../process.js';
import { daysAgo, PLAINTEXT, PLATFORMS } from '../work.js';

export const title = 'Rows per second of record_collection';
export const needsPostgres = true;

const USERS = 500;
const FEW = 100_000;
const MANY = 10_000_000;
const METRICS = 20;
/** Rows that are there are older than the days that are collected. */
const NEWEST = 20;

export async function take(stage) {
  const database = await stage.database();
  const name = new URL(database.environment.DATABASE_URL).pathname.slice(1);
  await database.query(`alter database ${name} set track_functions = 'all'`);
  const platforms = await stage.actor('platforms', { users: stage.size(USERS), platforms: PLATFORMS });
  await connect(database, platforms.connections);
  const environment = { ...platforms.environment, ...database.environment, ...PLAINTEXT };

  async function rowsPerSecond(since, until) {
    await database.query('vacuum analyze');
    await database.query('checkpoint');
    const before = await spentMs(database);
    const args = ['--since', daysAgo(since), '--until', daysAgo(until)];
    const { summary } = await collect(args, environment);
    return (summary.metrics.inserted * 1_000) / ((await spentMs(database)) - before);
  }
  // The accounts are known from here on.
  await collect(['--date', daysAgo(5)], environment);
  await fill(database, stage.size(FEW));
  const few = await rowsPerSecond(8, 6);
  await fill(database, stage.size(MANY));
  const many = await rowsPerSecond(11, 9);
  return {
    rows: [
      { what: `at ${stage.size(FEW).toLocaleString('en')} rows`, value: few, unit: 'rows/s' },
      { what: `at ${stage.size(MANY).toLocaleString('en')} rows`, value: many, unit: 'rows/s' },
      { what: 'speed that is left', value: many / few, unit: 'x', atLeast: 0.5 },
    ],
  };
}

/** Fills the table up with days of all accounts, in the order in which runs would have written them. */
async function fill({ query }, rows) {
  await query(
    `with there as (
       select count(*) as rows, coalesce(min(date) filter (where metric = 'metric_1'), current_date - ${NEWEST}) as oldest from analytics_snapshots
     ),
     per_day as (select count(*) * ${METRICS} as rows from collection_accounts)
     insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
     select accounts.user_id, accounts.platform, 'social_media', 'metric_' || metric, accounts.id * metric, there.oldest - day,
       jsonb_build_object(
         'api', accounts.platform || '_graph', 'unit', 'count', 'period', 'day', 'settled', true, 'aggregate', 'sum',
         'account_id', accounts.account_id, 'fetched_at', to_char(there.oldest - day + 1, 'YYYY-MM-DD') || 'T09:00:00.000Z'
       )
     from there, per_day, generate_series(1, ceil(($1 - there.rows) / per_day.rows::numeric)::integer) day,
       collection_accounts accounts, generate_series(1, ${METRICS}) metric
     order by day, accounts.id`,
    [rows],
  );
}

/** What the function has taken in this database so far. Backends tell when they end. */
async function spentMs({ query }) {
  const [{ ms }] = await query(
    `select coalesce(sum(total_time), 0) as ms from pg_stat_user_functions where funcname = 'record_collection'`,
  );
  return ms;
}
