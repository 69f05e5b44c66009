/* A run on accounts that all fail with long messages: 95 % before any request, since no key decrypts their token. */
import { fillAccounts, LONG_MESSAGE } from '../accounts.js';
import { empty, encryptedToken } from '../database.js';
import { collect } from '../process.js';

export const title = 'All failing with long messages, 95 % before any request';
export const needsPostgres = true;

const SIZES = [{ accounts: 100_000, limits: { seconds: { atMost: 60 }, peak: { atMost: 256 } } }];
const LARGE = { accounts: 1_000_000, limits: { seconds: {}, peak: { atMost: 300 } } };

export async function take(stage) {
  const database = await stage.database();
  const platforms = await stage.actor('platforms', { refusal: LONG_MESSAGE });
  const token = await encryptedToken(database);
  const rows = [];
  for (const { accounts, limits } of stage.isLarge ? [...SIZES, LARGE] : SIZES) {
    await empty(database);
    const undecryptable = `'gAAAAAB' || repeat('x', 113)`;
    await fillAccounts(
      database,
      stage.size(accounts),
      `case when n % 20 = 0 then '${token}' else ${undecryptable} end`,
    );
    await database.query('vacuum analyze');
    const before = (await platforms.ask('seen')).requests;
    const run = await collect([], { ...platforms.environment, ...database.environment });
    const { requests } = await platforms.ask('seen');
    rows.push(
      { what: 'accounts', value: run.summary.connections.total },
      { what: 'failed', value: run.summary.connections.failed },
      { what: 'requests to platforms', value: requests - before },
      { what: 'wall', value: run.wallMs / 1_000, unit: 's', ...limits.seconds },
      { what: 'peak memory', value: run.peakMb, unit: 'MB', ...limits.peak },
    );
  }
  return { rows };
}
