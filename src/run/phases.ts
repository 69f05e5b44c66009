import type { Clock } from '../clock.js';
import type { Phase, PhaseReport } from '../report/events.js';

/** Measures the phases of a run, whose steps run in parallel. */
export interface Phases {
  /** Begins a step; the returned function ends it, once. */
  begin(phase: Phase): () => void;
  during<T>(phase: Phase, step: () => Promise<T>): Promise<T>;
  /** Counts the waits for each item as steps. */
  each<T>(phase: Phase, items: AsyncIterable<T>): AsyncGenerator<T>;
  reports(): PhaseReport[];
}

export function createPhases({ now, monotonic }: Pick<Clock, 'now' | 'monotonic'>): Phases {
  const phases = new Map<Phase, { readonly startedAt: Date; finishedAt: Date; busyMs: number }>();

  function begin(phase: Phase): () => void {
    const begunAt = monotonic();
    const known = phases.get(phase) ?? { startedAt: now(), finishedAt: now(), busyMs: 0 };
    phases.set(phase, known);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      known.finishedAt = now();
      known.busyMs += monotonic() - begunAt;
    };
  }

  return {
    begin,
    async during(phase, step) {
      const end = begin(phase);
      try {
        return await step();
      } finally {
        end();
      }
    },
    async *each(phase, items) {
      let end = begin(phase);
      try {
        for await (const item of items) {
          end();
          yield item;
          end = begin(phase);
        }
      } finally {
        end();
      }
    },
    reports: () =>
      [...phases].map(([phase, { startedAt, finishedAt, busyMs }]) => ({
        phase,
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
        busyMs: Math.round(busyMs),
      })),
  };
}
