import { expect, test } from 'vitest';
import { prunedJson, renderPruned } from '../../../src/cli/render/pruned.js';

const pruned = {
  platforms: ['linkedin'],
  before: '2025-11-22',
  dryRun: true,
  counts: { snapshots: 1200, outcomes: 100, days: 10, users: 1, partitions: 0 },
};

test('says what would be deleted, and how to delete it', () => {
  expect(renderPruned(pruned)).toBe(
    'would delete 1,200 snapshots (10 days, 1 user) and 100 outcomes of linkedin before 2025-11-22; add --yes to delete them\n',
  );
  expect(prunedJson(pruned)).toEqual({
    platform: 'linkedin',
    platforms: ['linkedin'],
    before: '2025-11-22',
    dry_run: true,
    snapshots: 1200,
    outcomes: 100,
    days: 10,
    users: 1,
    partitions: 0,
  });
});

test('says what was deleted, or that there was no data', () => {
  expect(renderPruned({ ...pruned, dryRun: false })).toMatch(
    /^deleted 1,200 snapshots .* of linkedin before 2025-11-22\n$/,
  );
  const counts = { snapshots: 0, outcomes: 0, days: 0, users: 0, partitions: 0 };
  expect(renderPruned({ ...pruned, counts })).toBe('no linkedin data before 2025-11-22\n');
});

test('names several platforms, and says how many partitions are dropped as a whole', () => {
  const several = { ...pruned, platforms: ['facebook', 'linkedin'], counts: { ...pruned.counts, partitions: 3 } };
  expect(renderPruned({ ...several, dryRun: false })).toBe(
    'deleted 1,200 snapshots (10 days, 1 user) and 100 outcomes of facebook, linkedin before 2025-11-22, dropping 3 partitions\n',
  );
  expect(prunedJson(several)).toMatchObject({ platform: null, platforms: several.platforms, partitions: 3 });
});
