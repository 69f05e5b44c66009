/* A run on accounts of which none has anything due. */
import { collectIdle, fillSettled } from '../accounts.js';

export const title = 'Nothing due';
export const needsPostgres = true;

const ACCOUNTS = 100_000;

export async function take(stage) {
  const database = await stage.database();
  const platforms = await stage.actor('platforms', { refusal: 'nothing is due' });
  await fillSettled(database, stage.size(ACCOUNTS));
  const run = await collectIdle(database, platforms);
  const { requests } = await platforms.ask('seen');
  return {
    rows: [
      { what: 'accounts', value: run.summary.connections.total },
      { what: 'wall', value: run.wallMs / 1_000, unit: 's', atMost: 5 },
      { what: 'requests to platforms', value: requests, atMost: 0 },
      { what: 'peak memory', value: run.peakMb, unit: 'MB', atMost: 120 },
    ],
  };
}
