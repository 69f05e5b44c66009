/* `status` on accounts with 14 days that have settled, or that have all failed. Calls end after 8 seconds, as on Supabase. */
import { collectIdle, fillFailing, fillSettled } from '../accounts.js';
import { empty } from '../database.js';
import { command } from '../process.js';

export const title = 'status over 14 days';
export const needsPostgres = true;

const ACCOUNTS = 100_000;
const LARGE = 1_000_000;
const HEALTHY = { what: 'healthy', fill: fillSettled };
const FAILING = { what: 'all failing', fill: fillFailing };
const LIMIT = '8s';

export async function take(stage) {
  const database = await stage.database();
  const name = new URL(database.environment.DATABASE_URL).pathname.slice(1);
  const rows = [];

  async function fillWith({ fill }, accounts) {
    await empty(database);
    await database.query(`alter database ${name} reset statement_timeout`);
    await fill(database, stage.size(accounts));
    await database.query(`alter database ${name} set statement_timeout = '${LIMIT}'`);
  }
  const askStatus = () => command(['status', '--days', '14', '--json'], database.environment);

  for (const state of [HEALTHY, FAILING]) {
    await fillWith(state, ACCOUNTS);
    const { wallMs, peakMb } = await askStatus();
    rows.push(
      { what: `${state.what}: accounts`, value: stage.size(ACCOUNTS) },
      { what: `${state.what}: wall`, value: wallMs / 1_000, unit: 's', atMost: 2 },
      { what: `${state.what}: peak memory`, value: peakMb, unit: 'MB' },
    );
  }
  if (!stage.isLarge) return { rows };

  const platforms = await stage.actor('platforms', { refusal: 'nothing is due' });
  for (const state of [HEALTHY, FAILING]) {
    await fillWith(state, LARGE);
    const what = `${state.what}: accounts, calls under 8 s`;
    rows.push({ what, value: (await succeeds(askStatus)) ? stage.size(LARGE) : 0, atLeast: stage.size(LARGE) });
  }
  await fillWith(HEALTHY, LARGE);
  const isDone = await succeeds(() => collectIdle(database, platforms));
  const what = 'nothing due: accounts, calls under 8 s';
  rows.push({ what, value: isDone ? stage.size(LARGE) : 0, atLeast: stage.size(LARGE) });
  return { rows };
}

async function succeeds(asking) {
  return asking().then(
    () => true,
    () => false,
  );
}
