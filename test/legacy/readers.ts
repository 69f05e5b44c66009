import type { Sql } from '../support/database.js';

/** What PostgREST answers at most, unless told otherwise. */
const REST_ROWS = 1_000;

interface Question {
  readonly userId: string;
  readonly platform: string;
  readonly metrics: readonly string[];
  /** Dates, both inclusive. */
  readonly since: string;
  readonly until: string;
}

/** Orion: the values of each metric by date, or null when a metric has none on half of the days or more. */
export async function orion(
  { query }: Sql,
  question: Question,
): Promise<Record<string, Record<string, number>> | null> {
  const { userId, platform, metrics, since, until } = question;
  const rows = await query(
    `select metric, date::text, value::float8 as value from analytics_snapshots
     where user_id = $1 and platform = $2 and source = 'social_media' and metric in (${metrics.map((_, i) => `$${i + 5}`)})
       and date >= $3 and date <= $4`,
    [userId, platform, since, until, ...metrics],
  );
  const days = (Date.parse(until) - Date.parse(since)) / 86_400_000 + 1;
  const series = metrics.map((metric) => [
    metric,
    Object.fromEntries(rows.filter((row) => row.metric === metric).map(({ date, value }) => [date, Number(value)])),
  ]);
  const answered = series.every(([, values]) => Object.keys(values ?? {}).length >= days / 2);
  return answered ? Object.fromEntries(series) : null;
}

/** The newest date that a user has on a platform. */
export async function latestDate({ query }: Sql, userId: string, platform: string): Promise<unknown> {
  const [row] = await query(
    'select date::text from analytics_snapshots where user_id = $1 and platform = $2 order by date desc limit 1',
    [userId, platform],
  );
  return row?.date ?? null;
}

/** A metric's sum over the 30 days up to a date, as added up from what one request to PostgREST answers. */
export async function sumOf30Days(
  { query }: Sql,
  { userId, platform, metric, until }: { userId: string; platform: string; metric: string; until: string },
): Promise<number> {
  const rows = await query(
    `select metric, value::float8 as value from analytics_snapshots
     where user_id = $1 and platform = $2 and date > $3::date - 30 and date <= $3::date
     order by date desc limit ${REST_ROWS}`,
    [userId, platform, until],
  );
  return rows.filter((row) => row.metric === metric).reduce((sum, { value }) => sum + Number(value), 0);
}
