/* Made-up accounts by the hundred thousand, filled in by SQL: two per user. No platform knows them. */
import { collect } from './process.js';

const DAYS = 14;
export const LONG_MESSAGE = `The API says at length what is wrong, and then says it again. `.repeat(16).trim();

/** Stores connections and the accounts that they open. `token`: the SQL of the n-th token. */
export async function fillAccounts({ query }, accounts, token) {
  await query(
    `insert into platform_connections (user_id, platform, account_id, account_name, access_token)
     select 'user-' || (n + 1) / 2, case n % 2 when 0 then 'instagram' else 'facebook' end, (178414000000000000 + n)::text, 'Account ' || n, ${token}
     from generate_series(1, $1::integer) n`,
    [accounts],
  );
  await query(
    `insert into collection_accounts (user_id, platform, account_id, account_name, connection_id, active, connected_at, is_primary)
     select user_id, platform, account_id, account_name, id::text, true, created_at, true from platform_connections`,
  );
}

/** Accounts whose last 14 days have settled, and that are due tomorrow. */
export async function fillSettled(database, accounts) {
  await fillAccounts(database, accounts, `'gAAAAAB' || repeat('x', 113)`);
  await database.query(
    `update collection_accounts
     set first_day = current_date - 40, last_day = current_date - 1, done_to = current_date - 1, closing_day = current_date - 1,
       due_at = now() + interval '1 day', collected_at = now(), run_id = gen_random_uuid()`,
  );
  await fillOutcomes(database, `'settled', null, null, 15, 'values'`);
  await database.query('vacuum analyze');
}

/** Accounts that have failed for 14 days. */
export async function fillFailing(database, accounts) {
  await fillAccounts(database, accounts, `'gAAAAAB' || repeat('x', 113)`);
  await database.query(
    `update collection_accounts
     set first_day = current_date - 40, last_day = current_date - 15, done_to = current_date - 15, collected_at = now(),
       reason = 'needs_reconnect', message = $1, failing_since = now() - interval '14 days', failing_runs = 28, run_id = gen_random_uuid()`,
    [LONG_MESSAGE],
  );
  await fillOutcomes(database, `'failed', 'needs_reconnect', '${LONG_MESSAGE}', 0, 'nothing'`);
  await database.query('vacuum analyze');
}

async function fillOutcomes({ query }, values) {
  await query(
    `insert into collection_outcomes (account, date, outcome, reason, message, metrics, figures, run_id)
     select accounts.id, current_date - day, ${values}, gen_random_uuid()
     from collection_accounts accounts, generate_series(1, ${DAYS}) day`,
  );
}

/** A run on accounts with nothing due, after one that leaves the database as runs do. */
export async function collectIdle(database, platforms) {
  const environment = { ...platforms.environment, ...database.environment };
  await collect([], environment);
  return collect([], environment);
}
