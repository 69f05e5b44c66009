/** A wall clock that is further than this from where it should be has been set, rather than adjusted. */
const LARGEST_ADJUSTMENT_MS = 600_000;

/**
 * The clock of one run: it starts at the time of `now` and follows it, unless `now` jumps. Whether a day has ended, and how long a
 * platform asked to wait, must not hang on a clock that is set in the middle of a run.
 */
export function steadyClock(now: () => Date, elapsedMs = () => performance.now()): () => Date {
  const origin = now().getTime() - elapsedMs();
  return () => {
    const [wall, steady] = [now().getTime(), origin + elapsedMs()];
    return new Date(Math.abs(wall - steady) > LARGEST_ADJUSTMENT_MS ? steady : wall);
  };
}
