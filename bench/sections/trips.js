/* Calls to the database before the first request to a platform and after the last answer, counted at Supabase's interface. */
import { connect, ENCRYPTION_KEY } from '../database.js';
import { collect } from '../process.js';
import { PLAINTEXT, PLATFORMS } from '../work.js';

export const title = 'Round trips to the database';

const USERS = 10;

export async function take(stage) {
  const supabase = await stage.supabase();
  const platforms = await stage.actor('platforms', { users: USERS, platforms: PLATFORMS, latencyMs: 20 });
  await connect(supabase, platforms.connections);
  await collect(['--concurrency', '8'], {
    ...platforms.environment,
    ...supabase.environment,
    ...PLAINTEXT,
    ENCRYPTION_KEY,
  });
  const { firstAt, lastAnswerAt } = await platforms.ask('seen');
  const calls = await supabase.ask('calls');
  return {
    rows: [
      { what: 'before the first request', value: calls.filter((at) => at < firstAt).length, atMost: 3 },
      { what: 'after the last answer', value: calls.filter((at) => at > lastAnswerAt).length, atMost: 2 },
    ],
  };
}
