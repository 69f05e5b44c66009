const BARS = '▁▂▃▄▅▆▇█';
/** A day without a value. */
export const GAP = '·';
const MOST_BARS = 14;

/**
 * Values as bars, from zero (`sum`) or from the lowest one up to the highest; where there are more days than bars, each bar is the
 * mean of as many.
 */
export function sparkline(values: readonly (number | null)[], isFromZero: boolean): string {
  const size = Math.ceil(values.length / MOST_BARS);
  const means = Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    meanOf(values.slice(Math.max(0, values.length - (index + 1) * size), values.length - index * size)),
  ).reverse();
  const known = means.filter((value) => value !== null);
  const lowest = isFromZero ? Math.min(0, ...known) : Math.min(...known);
  const range = Math.max(...known) - lowest;
  return means.map((value) => (value === null ? GAP : barOf(value - lowest, range, isFromZero))).join('');
}

function barOf(height: number, range: number, isFromZero: boolean): string {
  // A level that does not change is neither low nor high.
  const share = range === 0 ? (isFromZero ? 0 : 0.5) : height / range;
  return BARS.charAt(Math.min(BARS.length - 1, Math.floor(share * BARS.length)));
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length;
}
