/*
 * Wall time of runs at 100 ms of latency over the time that latency alone takes, requests x latency / concurrency, which no program
 * can beat; and how it grows with accounts and shrinks with concurrency. The naive design goes through Supabase's interface.
 */
import { connect, empty } from '../database.js';
import { runNaive, simpleOnes } from '../naive.js';
import { collect } from '../process.js';
import { daysAgo, PLAINTEXT, PLATFORMS } from '../work.js';

export const title = 'Wall time with the API at 100 ms';
export const needsPostgres = true;

const LATENCY_MS = 100;
const ACCOUNTS = [100, 300, 1_000, 3_000, 10_000];
const CONCURRENCIES = [32, 100];
const AT_ACCOUNTS = 1_000;
const OVER_CONCURRENCY = [4, 8, 16, 32, 64, 100, 200];
const NAIVE_ACCOUNTS = [100, 300, 1_000];
const MOST = { 32: 1.06, 100: 1.15 };
const DAY = 5;

export async function take(stage) {
  const database = await stage.database();
  const most = stage.size(ACCOUNTS.at(-1));
  const platforms = await stage.actor('platforms', { users: most, platforms: PLATFORMS, latencyMs: LATENCY_MS });
  const environment = { ...platforms.environment, ...database.environment, ...PLAINTEXT };

  async function point(accounts, concurrency) {
    await empty(database);
    await connect(database, platforms.connections.slice(0, accounts));
    const busyBefore = await platforms.ask('cpuMs');
    const run = await collect(['--date', daysAgo(DAY), '--concurrency', String(concurrency)], environment);
    const requests = run.summary.requests.total;
    return {
      accounts,
      concurrency,
      requests,
      wallMs: run.wallMs,
      boundMs: (requests * LATENCY_MS) / concurrency,
      cpuShare: run.cpuMs / run.wallMs,
      platformsShare: ((await platforms.ask('cpuMs')) - busyBefore) / run.wallMs,
    };
  }

  const overAccounts = [];
  for (const accounts of ACCOUNTS)
    for (const concurrency of CONCURRENCIES) overAccounts.push(await point(stage.size(accounts), concurrency));
  const overConcurrency = [];
  for (const concurrency of OVER_CONCURRENCY) overConcurrency.push(await point(stage.size(AT_ACCOUNTS), concurrency));

  const supabase = await stage.supabase();
  const naive = [];
  for (const accounts of NAIVE_ACCOUNTS) {
    await supabase.query('truncate platform_connections, analytics_snapshots');
    const connections = simpleOnes(platforms.connections).slice(0, stage.size(accounts));
    await connect(supabase, connections);
    const { wallMs } = await runNaive({ ...platforms.environment, ...supabase.environment }, DAY);
    naive.push({ accounts: connections.length, wallMs });
  }

  const largest = overAccounts.filter(({ accounts }) => accounts === most);
  return {
    rows: largest.flatMap(({ accounts, concurrency, requests, wallMs, boundMs, cpuShare, platformsShare }) => {
      const at = `${concurrency} at once`;
      return [
        { what: `${at}: accounts`, value: accounts },
        { what: `${at}: requests`, value: requests },
        { what: `${at}: latency alone`, value: boundMs / 1_000, unit: 's' },
        { what: `${at}: wall`, value: wallMs / 1_000, unit: 's' },
        { what: `${at}: CPU of this tool`, value: cpuShare * 100, unit: '% of a core' },
        { what: `${at}: CPU of the platforms`, value: platformsShare * 100, unit: '% of a core' },
        { what: `${at}: wall over latency alone`, value: wallMs / boundMs, unit: 'x', atMost: MOST[concurrency] },
      ];
    }),
    series: { overAccounts, overConcurrency, naive },
  };
}
