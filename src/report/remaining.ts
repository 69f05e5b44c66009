/** How much of a run's work was done at a time, in milliseconds on a monotonic clock. */
export interface Mark {
  readonly at: number;
  readonly done: number;
}

/** The recent rate predicts the next minutes better than that of the whole run. */
const WINDOW_MS = 60_000;
const MARK_EVERY_MS = 1_000;
/** With fewer, or in less time, the rate is chance. */
const FEWEST = 5;
const SHORTEST_MS = 5_000;

/** Adds a mark, and drops those that are too old. */
export function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  const last = marks.at(-1);
  if (last !== undefined && mark.at - last.at < MARK_EVERY_MS) {
    // Many accounts may be recorded at once.
    return marks.length === 1 ? marks : [...marks.slice(0, -1), { ...last, done: mark.done }];
  }
  return [...since(marks, mark.at), mark];
}

/** How much is done per second at present; null while too little is known. */
export function recentRate(marks: readonly Mark[], now: Mark): number | null {
  const [first] = since(marks, now.at);
  if (first === undefined) return null;
  const [done, ms] = [now.done - first.done, now.at - first.at];
  return done < FEWEST || ms < SHORTEST_MS ? null : (1_000 * done) / ms;
}

/** The marks of the window, and the last one before it. */
function since(marks: readonly Mark[], now: number): readonly Mark[] {
  const begin = marks.findLastIndex(({ at }) => at <= now - WINDOW_MS);
  return begin <= 0 ? marks : marks.slice(begin);
}
