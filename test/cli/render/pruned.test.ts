import { expect, test } from 'vitest';
import { prunedJson, renderPruned } from '../../../src/cli/render/pruned.js';

const pruned = {
  platform: 'linkedin',
  before: '2025-11-22',
  dryRun: true,
  counts: { snapshots: 1200, outcomes: 100, days: 10, users: 1 },
};

test('says what would be deleted, and how to delete it', () => {
  expect(renderPruned(pruned)).toBe(
    'would delete 1,200 linkedin snapshots (10 days, 1 user) and 100 outcomes before 2025-11-22; add --yes to delete them\n',
  );
  expect(prunedJson(pruned)).toEqual({
    platform: 'linkedin',
    before: '2025-11-22',
    dry_run: true,
    snapshots: 1200,
    outcomes: 100,
    days: 10,
    users: 1,
  });
});

test('says what was deleted, or that there was no data', () => {
  expect(renderPruned({ ...pruned, dryRun: false })).toMatch(
    /^deleted 1,200 linkedin snapshots .* before 2025-11-22\n$/,
  );
  const counts = { snapshots: 0, outcomes: 0, days: 0, users: 0 };
  expect(renderPruned({ ...pruned, counts })).toBe('no linkedin data before 2025-11-22\n');
});
