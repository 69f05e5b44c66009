import pLimit from 'p-limit';
import { OutOfFiles } from '../errors.js';
import type { Transport } from './transport.js';

const PAUSE_MS = 250;

export interface OpenFilesOptions {
  readonly concurrency: number;
  readonly warn: (message: string) => void;
  readonly pause: (ms: number) => Promise<void>;
}

/** Sends fewer requests at once when this process may open no more files, and sends again those that found none left. */
export function withinOpenFiles(
  send: Transport['send'],
  { concurrency, warn, pause }: OpenFilesOptions,
): Transport['send'] {
  const limit = pLimit(concurrency);
  return async (request) => {
    for (;;) {
      const answer = await limit(send, request);
      if (!(answer instanceof OutOfFiles) || limit.concurrency === 1) return answer;
      // Those in progress fit.
      const fitting = Math.max(1, Math.min(limit.activeCount, limit.concurrency - 1));
      limit.concurrency = fitting;
      warn(
        'this machine lets the process open too few files for --concurrency; fewer requests are sent at once (see `ulimit -n`)',
      );
      await pause(PAUSE_MS);
    }
  };
}
