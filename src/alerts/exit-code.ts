import { EXIT } from '../exit-codes.js';
import type { Summary } from '../report/summary.js';

/** How many connections may fail, as a number or a share (0 to 1), before a run counts as partially failed. */
export type AllowedFailures =
  | { readonly kind: 'connections'; readonly most: number }
  | { readonly kind: 'share'; readonly most: number };

export const NO_FAILURES: AllowedFailures = { kind: 'connections', most: 0 };

/**
 * A run's exit code, for cron and for the healthcheck: 0 done, 3 some connections failed, 1 everything failed. `interruptedBy`
 * is the exit code of the signal that ended the run, if one did.
 */
export function exitCodeOf(
  { status, connections }: Pick<Summary, 'status' | 'connections'>,
  allowed: AllowedFailures,
  interruptedBy: number | null,
): number {
  switch (status) {
    case 'completed':
      return EXIT.done;
    case 'partial':
      return isAllowed(connections, allowed) ? EXIT.done : EXIT.partial;
    case 'failed':
      return EXIT.failed;
    case 'interrupted':
      return interruptedBy ?? EXIT.interrupted;
  }
}

function isAllowed({ failed, total }: Summary['connections'], { kind, most }: AllowedFailures): boolean {
  return kind === 'connections' ? failed <= most : failed <= total * most;
}
