/* Peak memory of a run in which every account is due, 100,000 of them against 1,000. */
import { connect, empty } from '../database.js';
import { collect } from '../process.js';
import { daysAgo, PLAINTEXT } from '../work.js';

export const title = 'Peak memory, all due';
export const needsPostgres = true;

const FEW = 1_000;
const MANY = 100_000;

export async function take(stage) {
  const database = await stage.database();
  const platforms = await stage.actor('platforms', { users: stage.size(MANY), platforms: ['facebook'] });
  const environment = { ...platforms.environment, ...database.environment, ...PLAINTEXT };
  const rows = [];
  const peaks = [];
  for (const accounts of [FEW, MANY]) {
    await empty(database);
    await connect(database, platforms.connections.slice(0, stage.size(accounts)));
    const run = await collect(['--date', daysAgo(5)], environment);
    peaks.push(run.peakMb);
    rows.push(
      { what: 'accounts', value: run.summary.connections.total },
      { what: 'wall', value: run.wallMs / 1_000, unit: 's' },
      { what: 'peak memory', value: run.peakMb, unit: 'MB' },
    );
  }
  const [few, many] = peaks;
  return { rows: [...rows, { what: 'peak memory, many against few', value: many / few, unit: 'x', atMost: 1.2 }] };
}
