/** Numbers that follow from a seed. */
export interface Random {
  /** A whole number from `low` to `high`, both inclusive. */
  int(low: number, high: number): number;
  /** True in so many of 100 cases. */
  percent(share: number): boolean;
  pick<T>(some: readonly [T, ...T[]]): T;
  shuffle<T>(some: readonly T[]): T[];
}

/** Mulberry32: small, quick and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    int,
    percent: (share) => next() * 100 < share,
    pick: (some) => some[int(0, some.length - 1)] ?? some[0],
    shuffle(some) {
      const left = [...some];
      return some.flatMap(() => left.splice(int(0, left.length - 1), 1));
    },
  };
}
