/**
 * How many single-character edits turn one text into another: insertions, deletions, replacements, and swaps of two neighbours
 * (optimal string alignment). Infinity as soon as it is clear that they are more than `most`.
 */
export function editDistance(one: string, other: string, most = Number.POSITIVE_INFINITY): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    // A swap leads from a row to the next but one.
    if (Math.min(...current, ...last) > most) return Number.POSITIVE_INFINITY;
    [beforeLast, last] = [last, current];
  }
  return last[other.length] ?? 0;
}

/** The nearest of some texts, at most `most` edits away, ignoring case; null if there is none. */
export function nearest(text: string, candidates: Iterable<string>, most: number): string | null {
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  const given = text.toLowerCase();
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) > most) continue;
    const known = candidate.toLowerCase();
    if (!sharesPiece(given, known, most)) continue;
    const distance = editDistance(given, known, most);
    if (distance <= most && (best === null || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate ?? null;
}

/**
 * False only for texts that are more than `edits` apart, and much faster than counting them. An edit touches at most two
 * neighbouring characters, so of 2n + 1 pieces of a text, n edits leave at least one as it is.
 */
function sharesPiece(one: string, other: string, edits: number): boolean {
  const length = Math.floor(other.length / (2 * edits + 1));
  for (let piece = 0; piece <= 2 * edits; piece++)
    if (one.includes(other.slice(piece * length, (piece + 1) * length))) return true;
  return false;
}
