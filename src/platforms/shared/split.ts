import { bounded } from '../../text.js';
import type { Split } from '../contract.js';

/** What the platform itself could not assign to a type. */
const UNASSIGNED = /^(unknown|undefined|unspecified|creatorcontenttypeunspecified)$/;

export interface SplitPart {
  /** In the API's words. */
  readonly type: string;
  readonly value: number;
}

/** The name under which a type is stored: ours if there is one, otherwise the API's in lower case; null if it is not a type. */
function nameOf(type: string, names: ReadonlyMap<string, string>): string | null {
  const plain = type.toLowerCase().replaceAll('_', '');
  if (plain === '' || UNASSIGNED.test(plain)) return null;
  return names.get(plain) ?? bounded(type.toLowerCase());
}

/**
 * A split under our names. `names` has the API's types in lower case and without underscores. Types that share a name are
 * added up if the metric counts events. The same people may be in both, so a split of unique people omits that name.
 */
export function splitOf(parts: readonly SplitPart[], names: ReadonlyMap<string, string>, unique: boolean): Split {
  const split = new Map<string, number>();
  const shared = new Set<string>();
  for (const { type, value } of parts) {
    const name = nameOf(type, names);
    // Zeros are left out, so that a day with a single type is recognizable as such.
    if (name === null || value === 0) continue;
    const known = split.get(name);
    if (known !== undefined && unique) shared.add(name);
    split.set(name, (known ?? 0) + value);
  }
  return Object.fromEntries([...split].filter(([name]) => !shared.has(name)));
}
