import type { Split } from '../contract.js';

/** What the platform itself could not assign is no type. */
const UNASSIGNED = /^(unknown|undefined|unspecified|creatorcontenttypeunspecified)$/;

export interface SplitPart {
  /** In the API's words. */
  readonly type: string;
  readonly value: number;
}

/** The name under which a type is stored: ours where there is one, else the API's in lower case; null for no type at all. */
function nameOf(type: string, names: ReadonlyMap<string, string>): string | null {
  const plain = type.toLowerCase().replaceAll('_', '');
  if (plain === '' || UNASSIGNED.test(plain)) return null;
  return names.get(plain) ?? type.toLowerCase();
}

/**
 * A split under our names. `names` has the API's types in lower case and without underscores. Types that share a name are
 * added up where the metric counts events; people may be in both, so a split of unique people goes without that name.
 */
export function splitOf(parts: readonly SplitPart[], names: ReadonlyMap<string, string>, unique: boolean): Split {
  const split = new Map<string, number>();
  const shared = new Set<string>();
  for (const { type, value } of parts) {
    const name = nameOf(type, names);
    // A type that had no part in it is left out, so that the only one that had can be told.
    if (name === null || value === 0) continue;
    const known = split.get(name);
    if (known !== undefined && unique) shared.add(name);
    split.set(name, (known ?? 0) + value);
  }
  return Object.fromEntries([...split].filter(([name]) => !shared.has(name)));
}
