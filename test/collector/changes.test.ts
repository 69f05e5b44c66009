import { describe, expect, it } from 'vitest';
import { changesOf } from '../../src/collector/changes.js';
import type { LedgerEntry, OutcomeState } from '../../src/store/store.js';

const NOW = new Date('2026-11-22T02:00:00Z');
/** When the nights before began to record failures, a few seconds into their runs. */
const nightsAgo = (nights: number) => new Date(NOW.getTime() - nights * 86_400_000 + 5_000).toISOString();

const entry = (date: string, state: OutcomeState, failedSince: string | null = null): LedgerEntry => ({
  ...{ date, state, failedSince },
});
const day = (date: string, state: OutcomeState) => ({ date, state });

describe('failing', () => {
  it('is new when no due day had failed, in a first run as in any other', () => {
    expect(changesOf([], [day('2026-11-20', 'failed')], NOW)).toEqual(['newly_failing']);
    const ledger = [entry('2026-11-19', 'settled'), entry('2026-11-20', 'pending')];
    expect(changesOf(ledger, [day('2026-11-20', 'failed')], NOW)).toEqual(['newly_failing']);
  });

  it('is no longer new the next night, even if another day fails then', () => {
    const ledger = [entry('2026-11-19', 'failed', nightsAgo(1))];
    const outcomes = [day('2026-11-19', 'settled'), day('2026-11-20', 'failed')];
    expect(changesOf(ledger, outcomes, NOW)).toEqual([]);
  });

  it('has gone on for more than three nights in the fourth run, not in the third', () => {
    const outcomes = [day('2026-11-17', 'failed'), day('2026-11-20', 'failed')];
    expect(changesOf([entry('2026-11-17', 'failed', nightsAgo(2))], outcomes, NOW)).toEqual([]);
    expect(changesOf([entry('2026-11-17', 'failed', nightsAgo(3))], outcomes, NOW)).toEqual(['failing_over_3_nights']);
  });

  it('is repaired when every due day of before succeeds', () => {
    const ledger = [entry('2026-11-18', 'failed', nightsAgo(2)), entry('2026-11-19', 'failed', nightsAgo(1))];
    const outcomes = ['2026-11-18', '2026-11-19', '2026-11-20'].map((date) => day(date, 'settled'));
    expect(changesOf(ledger, outcomes, NOW)).toEqual(['repaired']);
  });

  it('of a day that has left the window is neither told again nor called repaired', () => {
    const ledger = [entry('2026-11-13', 'failed', nightsAgo(8))];
    expect(changesOf(ledger, [day('2026-11-20', 'settled')], NOW)).toEqual([]);
  });
});

describe('days without data', () => {
  const quiet = [entry('2026-11-15', 'settled'), entry('2026-11-16', 'no_data'), entry('2026-11-17', 'no_data')];

  it('are told when they become three, and once', () => {
    expect(changesOf(quiet, [day('2026-11-18', 'no_data')], NOW)).toEqual(['newly_without_data']);
    const longer = [...quiet, entry('2026-11-18', 'no_data')];
    expect(changesOf(longer, [day('2026-11-19', 'no_data')], NOW)).toEqual([]);
  });

  it('are not those that a platform is only late with, nor those that failed', () => {
    expect(changesOf(quiet, [day('2026-11-18', 'pending')], NOW)).toEqual([]);
    expect(changesOf(quiet, [day('2026-11-18', 'failed')], NOW)).toEqual(['newly_failing']);
  });
});
