import { nearest } from '../edit-distance.js';

/** With more edits, it is another word. */
const MOST_EDITS = 2;

/** `Did you mean instagram?`; null if no known name is near. `end` is what was given after the name. */
export function didYouMean(given: string, known: Iterable<string>, end = ''): string | null {
  const near = nearest(given, known, MOST_EDITS);
  return near === null ? null : `Did you mean ${near}${end}?`;
}
