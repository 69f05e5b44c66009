import { describe, it } from 'vitest';
import { OTHER_SERVERS } from '../e2e/support/databases.js';
import {
  killAndTakeOver,
  killAndTakeOverAtOnce,
  noContainer,
  stopPolitely,
  takeOverBetweenContainers,
  takeOverFromStrangers,
} from '../e2e/support/interruption.js';

describe.concurrent('in the middle of its work,', () => {
  it.each(OTHER_SERVERS)(
    'a run killed with SIGKILL holds its lease for two minutes on %s, and the next run completes the table',
    killAndTakeOver,
  );

  it('a killed run leaves an embedded database that the next run can use at once', killAndTakeOverAtOnce);

  it('a run keeps other containers out of its embedded database, and is followed by them once it is killed', async (test) => {
    const missing = noContainer();
    test.skip(missing !== undefined, missing);
    await takeOverBetweenContainers();
  });

  it('the lock of a dead process is taken over within a minute, whoever has its process id now', takeOverFromStrangers);

  it('a run stopped by SIGINT writes what it fetched and exits 130; until then it excludes other runs (Supabase)', () =>
    stopPolitely('SIGINT', 130, 'Supabase', 'lease_held'));
});
