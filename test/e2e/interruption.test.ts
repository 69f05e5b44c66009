import { describe, it } from 'vitest';
import { ONE_SERVER } from './support/databases.js';
import { killAndTakeOver, stopPolitely } from './support/interruption.js';

describe.concurrent('in the middle of its work,', () => {
  it.each(ONE_SERVER)(
    'a run killed with SIGKILL holds its lease for two minutes on %s, and the next run completes the table',
    killAndTakeOver,
  );

  it('a run stopped by SIGTERM writes what it fetched and exits 143; until then it excludes other runs (embedded)', () =>
    stopPolitely('SIGTERM', 143, 'embedded', 'store_locked'));
});
