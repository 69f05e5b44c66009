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

/** Fills the table up with earlier and earlier days of all accounts. */
async function fill({ query }, rows) {
  const [{ there, accounts, filled }] = await query(
    `select
       (select count(*)::int from analytics_snapshots) as there,
       (select count(*)::int from collection_accounts) as accounts,
       (select count(distinct date)::int from analytics_snapshots where metric = 'metric_1') as filled`,
  );
  const days = Math.ceil((rows - there) / (accounts * METRICS));
  for (let day = filled; day < filled + days; day++) {
    await query(
      `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
       select user_id, platform, 'social_media', 'metric_' || metric, id * metric, $1::date,
         jsonb_build_object(
           'api', platform || '_graph', 'unit', 'count', 'period', 'day', 'settled', true, 'aggregate', 'sum',
           'account_id', account_id, 'fetched_at', $1 || 'T23:00:00.000Z'
         )
       from collection_accounts, generate_series(1, ${METRICS}) metric`,
      [daysAgo(NEWEST + day)],
    );
  }
}

/** What the function has taken in this database so far. Backends tell when they end. */
async function spentMs({ query }) {
  const [{ ms }] = await query(
    `select coalesce(sum(total_time), 0) as ms from pg_stat_user_functions where funcname = 'record_collection'`,
  );
  return ms;
}
