import type { SharedProgress } from '../../store/shared-runs.js';

const EVERY_MS = 2_000;

/** How far a run has come that processes share: all of it, whichever process one looks at. */
export interface Watch {
  /** Reads it now. */
  read(): Promise<SharedProgress>;
  /** Does so, unless it is being read; an error is left to who works. */
  look(): void;
  end(): void;
}

/** Reads it every two seconds. `tell` is called with each answer. */
export function watchProgress(ask: () => Promise<SharedProgress>, tell: (progress: SharedProgress) => void): Watch {
  let reading: Promise<SharedProgress> | null = null;

  function read(): Promise<SharedProgress> {
    reading ??= ask()
      .then((progress) => {
        tell(progress);
        return progress;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  }

  const look = () => void read().catch(() => undefined);
  const timer = setInterval(look, EVERY_MS);
  return { read, look, end: () => clearInterval(timer) };
}
