import { z } from 'zod';
import { assemble } from '../app.js';
import { DAY_MS } from '../clock.js';
import { addDays, datesBetween } from '../collector/day.js';
import type { CollectOptions } from '../collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import { openSandbox } from '../open-sandbox.js';
import type { Summary } from '../report/summary.js';
import type { EmbeddedStore } from '../store/drivers/embedded.js';

const HOUR_OF_RUN = 9;

/** The metrics that are shown, for the one account of each platform. */
const SHOWN = [
  ['instagram', 'views'],
  ['facebook', 'page_media_view'],
  ['facebook', 'page_video_views'],
  ['youtube', 'views'],
  ['linkedin', 'impressionCount'],
] as const;

/** The run of one simulated day, and what `analytics_snapshots` held after it. Field names are those of `--json`. */
export interface SimulatedRun {
  /** ISO 8601. */
  readonly at: string;
  readonly summary: Summary;
  readonly table: readonly Series[];
}

export interface Series {
  readonly platform: string;
  readonly account_id: string;
  readonly metric: string;
  /** The last ended days, oldest first. */
  readonly days: readonly SeriesDay[];
}

export interface SeriesDay {
  readonly date: string;
  /** Null if the table has no value; then the other fields are null as well. */
  readonly value: number | null;
  readonly state: 'settled' | 'provisional' | null;
  /** The first value, if it has been corrected since. */
  readonly first: number | null;
}

export interface Simulation {
  /** The last run is at the last 09:00 UTC before it, the others on the days before. */
  readonly until: Date;
  readonly runs: number;
  readonly options: CollectOptions;
}

/** Runs the collector once on each simulated day, at 09:00 UTC, against platforms that report late and correct their values. */
export async function* simulateRuns({ until, runs, options }: Simulation): AsyncGenerator<SimulatedRun> {
  const nine = new Date(until).setUTCHours(HOUR_OF_RUN, 0, 0, 0);
  const last = nine <= until.getTime() ? nine : nine - DAY_MS;
  let now = new Date(last - (runs - 1) * DAY_MS);
  const clock = () => now;
  const sandbox = await openSandbox({ sandbox: 'late', now: clock });
  const app = assemble(sandbox, { now: clock });
  try {
    const accounts = new Map(
      (await sandbox.store.listConnections()).map(({ platform, accountId }) => [platform, accountId ?? '']),
    );
    for (; now.getTime() <= last && !options.signal.aborted; now = new Date(now.getTime() + DAY_MS)) {
      const summary = await app.collect(options, () => undefined);
      yield { at: now.toISOString(), summary, table: await readTable(sandbox.store, accounts, now) };
    }
  } finally {
    await app.close();
  }
}

const Row = z.object({
  account_id: z.string(),
  platform: z.string(),
  metric: z.string(),
  date: z.string(),
  value: z.number(),
  settled: z.boolean(),
  first: z.number().nullable(),
});

async function readTable(store: EmbeddedStore, accounts: ReadonlyMap<string, string>, now: Date): Promise<Series[]> {
  const today = now.toISOString().slice(0, 10);
  const dates = datesBetween(addDays(today, -DEFAULT_LOOKBACK_DAYS), addDays(today, -1));
  const answer = await store.query(
    `select platform, metadata ->> 'account_id' as account_id, metric, date::text, value::float8 as value,
       (metadata ->> 'settled')::boolean as settled, (metadata #>> '{first,value}')::float8 as first
     from analytics_snapshots
     where date = any ($1)`,
    [dates],
  );
  const rows = z.array(Row).parse(answer);
  return SHOWN.map(([platform, metric]) => {
    const account_id = accounts.get(platform) ?? '';
    const series = rows.filter(
      (row) => row.platform === platform && row.metric === metric && row.account_id === account_id,
    );
    const days = dates.map((date): SeriesDay => {
      const row = series.find((candidate) => candidate.date === date);
      if (row === undefined) return { date, value: null, state: null, first: null };
      return { date, value: row.value, state: row.settled ? 'settled' : 'provisional', first: row.first };
    });
    return { platform, account_id, metric, days };
  });
}
