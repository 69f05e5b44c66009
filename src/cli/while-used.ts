/** Something that is opened when it is used, and closed when idle. */
export interface WhileUsed<T> {
  use<Result>(work: (opened: T) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Concurrent uses share one opened thing. `open` is not called again before that is closed. */
export function whileUsed<T extends { close(): Promise<void> }>(open: () => Promise<T>, idleMs: number): WhileUsed<T> {
  let current: Promise<T> | null = null;
  let closed: Promise<void> = Promise.resolve();
  let users = 0;
  let timer: NodeJS.Timeout | undefined;

  async function close(): Promise<void> {
    clearTimeout(timer);
    const former = current;
    current = null;
    if (former !== null) closed = former.then((opened) => opened.close());
    await closed;
  }

  return {
    async use(work) {
      clearTimeout(timer);
      users++;
      try {
        // The caller of close has got the error.
        current ??= closed.catch(() => undefined).then(open);
        const opening = current;
        return await work(
          await opening.catch((error) => {
            if (current === opening) current = null;
            throw error;
          }),
        );
      } finally {
        users--;
        if (users === 0 && current !== null) timer = setTimeout(() => void close().catch(() => undefined), idleMs);
      }
    },
    close,
  };
}
