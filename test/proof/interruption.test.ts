import { describe, it } from 'vitest';
import { OTHER_SERVERS } from '../e2e/support/databases.js';
import { killAndTakeOver, killAndTakeOverAtOnce, stopPolitely } from '../e2e/support/interruption.js';

describe.concurrent('in the middle', () => {
  it.each(OTHER_SERVERS)(
    'a run killed with SIGKILL holds its lease for two minutes on %s, and the next run makes the table whole',
    killAndTakeOver,
  );

  it('a killed run leaves an embedded database that the next takes over at once', killAndTakeOverAtOnce);

  it('a run told to stop by SIGINT exits 130 with what it fetched written (Supabase); meanwhile it keeps others out', () =>
    stopPolitely('SIGINT', 130, 'Supabase', 'lease_held'));
});
