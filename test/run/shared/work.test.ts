import { expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { CollectError } from '../../../src/errors.js';
import { work } from '../../../src/run/shared/work.js';
import type { Jobs, TakenJob } from '../../../src/store/jobs.js';

function taken(piece: number): TakenJob {
  return { id: `${piece}`, retryCount: 0, job: { kind: 'piece', piece, pieceSize: 25, round: 0 }, failure: null };
}

const away = new CollectError('store_unreachable', 'Cannot reach it.', 'Check it.');

/** Pieces, of which each is taken once, and those that were given back. */
function queued(pieces: readonly TakenJob[], whenEmpty: () => Promise<TakenJob[]>) {
  const left = [...pieces];
  const givenBack: string[] = [];
  const jobs = {
    take: async (most: number) => (left.length > 0 ? left.splice(0, most) : whenEmpty()),
    done: async () => undefined,
    giveBack: async ({ id }: TakenJob) => void givenBack.push(id),
    keep: async () => undefined,
  } as unknown as Jobs;
  return { jobs, givenBack };
}

it.each([
  ['a piece cannot be recorded', [taken(0), taken(1)], async () => [], ['0', '1']],
  ['no more can be taken', [taken(1)], () => Promise.reject(away), ['1']],
])(
  'ends what waits in hand some time after an error that ends the work: %s',
  async (_, pieces, whenEmpty, expected) => {
    const { jobs, givenBack } = queued(pieces, whenEmpty);
    const halt = new AbortController();
    const working = work({
      jobs,
      clock: { ...systemClock, sleep: async () => undefined },
      concurrency: 32,
      halt,
      signal: halt.signal,
      handle: ({ id }) =>
        id === '0'
          ? Promise.reject(away)
          : new Promise((_, reject) => halt.signal.addEventListener('abort', () => reject(new Error('interrupted')))),
      isOver: async () => false,
    });
    await expect(working).rejects.toBe(away);
    expect(givenBack.sort()).toEqual(expected);
  },
);
