import { expect, test } from 'vitest';
import { exitCodeOf, NO_FAILURES } from '../../src/alerts/exit-code.js';

const connections = { total: 200, succeeded: 195, failed: 5, skipped: 0 };

test.each([
  ['completed', null, 0],
  ['partial', null, 3],
  ['failed', null, 1],
  ['interrupted', 143, 143],
  ['interrupted', null, 130],
  // The signal came when everything was done: nothing was cut short.
  ['completed', 130, 0],
] as const)('a run that is %s, interrupted by %s, exits with %i', (status, interruptedBy, exitCode) => {
  expect(exitCodeOf({ status, connections }, NO_FAILURES, interruptedBy)).toBe(exitCode);
});

test.each([
  [{ kind: 'connections', most: 5 }, 'partial', 0],
  [{ kind: 'connections', most: 4 }, 'partial', 3],
  [{ kind: 'share', most: 0.025 }, 'partial', 0],
  [{ kind: 'share', most: 0.02 }, 'partial', 3],
  // That nothing at all succeeded is never everyday life.
  [{ kind: 'share', most: 1 }, 'failed', 1],
] as const)('with %j allowed, 5 failures of 200 in a run that is %s exit with %i', (allowed, status, exitCode) => {
  expect(exitCodeOf({ status, connections }, allowed, null)).toBe(exitCode);
});
