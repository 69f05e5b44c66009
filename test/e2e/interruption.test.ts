import { describe, it } from 'vitest';
import { ONE_SERVER } from './support/databases.js';
import { killAndTakeOver, stopPolitely } from './support/interruption.js';

describe.concurrent('in the middle', () => {
  it.each(ONE_SERVER)(
    'a run killed with SIGKILL holds its lease for two minutes on %s, and the next run makes the table whole',
    killAndTakeOver,
  );

  it('a run told to stop by SIGTERM exits 143 with what it fetched written (embedded); meanwhile it keeps others out', () =>
    stopPolitely('SIGTERM', 143, 'embedded', 'store_locked'));
});
