const IDS_PER_BLOCK = 8_192;

export interface IdSet {
  /** Adds an id, a whole number from 0. False if the set has it already. */
  add(id: number): boolean;
}

/** A set of ids that costs little more than a bit for each, since the ids of a table's rows lie close together. */
export function createIdSet(): IdSet {
  const blocks = new Map<number, Uint8Array>();
  return {
    add(id) {
      const key = Math.floor(id / IDS_PER_BLOCK);
      const block = blocks.get(key) ?? new Uint8Array(IDS_PER_BLOCK / 8);
      blocks.set(key, block);
      const place = id % IDS_PER_BLOCK;
      const bit = 1 << (place % 8);
      const index = place >> 3;
      const bits = block[index] ?? 0;
      block[index] = bits | bit;
      return (bits & bit) === 0;
    },
  };
}
