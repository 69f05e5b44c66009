/*
 * `status` on accounts with 14 days that have settled, or that have all failed; on a million of them, whether every call stays
 * under the 8 seconds after which Supabase ends one.
 */
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
    await fill(database, stage.size(accounts));
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

  // For connections from here on; the bench has its own already.
  await database.query(`alter database ${name} set statement_timeout = '${LIMIT}'`);
  const platforms = await stage.actor('platforms', { refusal: 'nothing is due' });
  const many = stage.size(LARGE);
  const within = async (what, asking) => {
    const value = (await succeeds(asking)) ? many : 0;
    rows.push({ what: `${what}: accounts, calls under 8 s`, value, atLeast: many });
  };
  await fillWith(HEALTHY, LARGE);
  await within('healthy', askStatus);
  await within('nothing due', () => collectIdle(database, platforms));
  await fillWith(FAILING, LARGE);
  await within('all failing', askStatus);
  return { rows };
}

/** False if a call took too long. */
async function succeeds(asking) {
  try {
    await asking();
    return true;
  } catch (error) {
    if (/statement timeout/.test(error.message)) return false;
    throw error;
  }
}
