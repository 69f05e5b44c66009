import type { DayCounts } from '../../store/account-states.js';

/** Characters for shares of accounts, from all to none. */
export type Blocks = readonly [all: string, most: string, half: string, few: string, none: string];

/** Terminals without block characters get plain ones. */
export function blocksFor({ TERM }: NodeJS.ProcessEnv): Blocks {
  return TERM === 'dumb' || TERM === 'linux' ? ['#', '=', '-', '.', '_'] : ['█', '▓', '▒', '░', '·'];
}

/** One character per day for the share of accounts for which it is complete; a space if no account should have it. */
export function coverageLine(days: readonly DayCounts[], [all, most, half, few, none]: Blocks): string {
  return days
    .map(({ complete, late, missing }) => {
      const expected = complete + late + missing;
      if (expected === 0) return ' ';
      const share = complete / expected;
      if (share >= 0.99) return all;
      if (share >= 0.75) return most;
      if (share >= 0.5) return half;
      return share > 0 ? few : none;
    })
    .join('');
}
