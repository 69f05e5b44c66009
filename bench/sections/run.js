/* A run through Supabase's interface, against the naive design over the same accounts and day. */
import { connect, ENCRYPTION_KEY } from '../database.js';
import { runNaive, simpleOnes } from '../naive.js';
import { collect } from '../process.js';
import { daysAgo, PLAINTEXT, PLATFORMS } from '../work.js';

export const title = 'A run of 150 users through Supabase, API at 100 ms';

const USERS = 150;
const LATENCY_MS = 100;
const DAY = 5;

export async function take(stage) {
  const users = stage.size(USERS);
  const supabase = await stage.supabase();
  const platforms = await stage.actor('platforms', { users: 2 * users, platforms: PLATFORMS, latencyMs: LATENCY_MS });
  const connections = simpleOnes(platforms.connections).slice(0, 2 * users);
  await connect(supabase, connections);
  const environment = { ...platforms.environment, ...supabase.environment };

  const naive = await runNaive(environment, DAY);
  const naiveRequests = (await platforms.ask('seen')).requests;
  const naiveRows = await rowsOf(supabase);

  const at = async (concurrency) => {
    await supabase.query('truncate analytics_snapshots, collection_runs, collection_accounts cascade');
    const args = ['--date', daysAgo(DAY), '--concurrency', String(concurrency)];
    const run = await collect(args, { ...environment, ...PLAINTEXT, ENCRYPTION_KEY });
    const written = new Set(await rowsOf(supabase));
    const lacking = naiveRows.filter((row) => !written.has(row)).length;
    if (lacking > 0) throw new Error(`The run lacks ${lacking} of the naive design's ${naiveRows.length} rows.`);
    return run;
  };
  const byDefault = await at(32);
  const wide = await at(100);
  const { requests, metrics } = byDefault.summary;
  return {
    rows: [
      { what: 'accounts', value: connections.length },
      { what: 'naive design: requests', value: naiveRequests },
      { what: 'naive design: rows', value: naiveRows.length },
      { what: 'this tool: requests', value: requests.total },
      { what: 'this tool: rows, the same among them', value: metrics.inserted },
      { what: 'naive design', value: naive.wallMs / 1_000, unit: 's' },
      { what: 'this tool, 32 requests at once', value: byDefault.wallMs / 1_000, unit: 's' },
      { what: 'this tool, 100 requests at once', value: wide.wallMs / 1_000, unit: 's' },
      { what: 'times as fast, 32 at once', value: naive.wallMs / byDefault.wallMs, unit: 'x', atLeast: 14 },
      { what: 'times as fast, 100 at once', value: naive.wallMs / wide.wallMs, unit: 'x', atLeast: 20 },
    ],
  };
}

async function rowsOf({ query }) {
  const rows = await query('select user_id, platform, metric, date::text, value::text from analytics_snapshots');
  return rows.map((row) => JSON.stringify(row));
}
