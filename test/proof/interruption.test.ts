import { describe, it } from 'vitest';
import { OTHER_SERVERS } from '../e2e/support/databases.js';
import { killAndTakeOver, killAndTakeOverAtOnce, stopPolitely } from '../e2e/support/interruption.js';

describe.concurrent('in the middle of its work,', () => {
  it.each(OTHER_SERVERS)(
    'a run killed with SIGKILL holds its lease for two minutes on %s, and the next run completes the table',
    killAndTakeOver,
  );

  it('a killed run leaves an embedded database that the next run can use at once', killAndTakeOverAtOnce);

  it('a run stopped by SIGINT writes what it fetched and exits 130; until then it excludes other runs (Supabase)', () =>
    stopPolitely('SIGINT', 130, 'Supabase', 'lease_held'));
});
