/** Asks at most once in `ms`, and never twice at the same time; callers in between share the answer or the error. */
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
