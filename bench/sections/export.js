/* `export` of ten million values against a hundred thousand: rows per second, and whether memory grows with them. */
import { fillAccounts } from '../accounts.js';
import { empty } from '../database.js';
import { command } from '../process.js';

export const title = 'Values per second of export, and its memory';
export const needsPostgres = true;

const FEW = 100_000;
const MANY = 10_000_000;
const DAYS = 100;
const METRICS = 10;
const NEWLINE = 10;

export async function take(stage) {
  const database = await stage.database();
  const rows = [];
  const peaks = [];
  for (const full of [FEW, MANY]) {
    const accounts = stage.size(full / (DAYS * METRICS));
    const values = accounts * DAYS * METRICS;
    await empty(database);
    await fillAccounts(database, accounts, 'null');
    await fillValues(database);
    const { stdout: lines, wallMs, peakMb } = await command(['export'], database.environment, [0], countLines);
    if (lines !== values + 1) throw new Error(`export wrote ${lines} lines for ${values} values`);
    peaks.push(peakMb);
    rows.push(
      { what: 'values', value: values },
      { what: 'values per second', value: Math.round(values / (wallMs / 1_000)) },
      { what: 'peak memory', value: peakMb, unit: 'MB' },
    );
  }
  const [few, many] = peaks;
  return { rows: [...rows, { what: 'peak memory, many against few', value: many / few, unit: 'x', atMost: 1.5 }] };
}

/** Ten million lines are more than one string may hold. */
async function countLines(stream) {
  let lines = 0;
  for await (const chunk of stream) for (const byte of chunk) if (byte === NEWLINE) lines += 1;
  return lines;
}

async function fillValues({ query }) {
  await query(
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
     select user_id, platform, 'social_media', 'metric_' || metric, metric * day, current_date - day, jsonb_build_object(
       'api', 'instagram_graph', 'period', 'day', 'account_id', account_id, 'fetched_at', '2026-11-16T09:00:00.000Z', 'settled', true,
       'unit', 'count', 'aggregate', 'sum'
     )
     from collection_accounts, generate_series(1, ${DAYS}) day, generate_series(1, ${METRICS}) metric`,
  );
  await query('vacuum analyze');
}
