import { isNonEmpty, type NonEmpty } from '../../src/platforms/contract.js';

/** Items of which a test knows that there are some. */
export function nonEmpty<T>(items: readonly T[]): NonEmpty<T> {
  if (isNonEmpty(items)) return items;
  throw new Error('there are none');
}
