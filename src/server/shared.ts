/** Asks at most once in `ms` and never twice at a time; callers in the meantime share the answer, or its failure. */
export function shared<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly answer: Promise<T>; until: number } | null = null;
  return () => {
    if (last === null || performance.now() >= last.until) {
      const current = { answer: ask(), until: Number.POSITIVE_INFINITY };
      const settled = () => {
        current.until = performance.now() + ms;
      };
      current.answer.then(settled, settled);
      last = current;
    }
    return last.answer;
  };
}
