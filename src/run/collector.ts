import type { Clock } from '../clock.js';
import type { Platform } from '../platforms/contract.js';
import type { Store } from '../store/store.js';
import type { Keyring } from '../tokens/keyring.js';

/** What every run uses. */
export interface Collector {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'encrypt' | 'decrypt'>;
  /** Whether renewed tokens are stored. Default: false. */
  readonly renewsTokens?: boolean;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly clock: Clock;
  /** Redacted from everything an API says. */
  readonly secrets: readonly string[];
  /** Whether another run can follow on the same database. Default: true. */
  readonly isKept?: boolean;
  /** The PostgreSQL that keeps the jobs of a run that processes share. Default: none. */
  readonly jobsUrl?: string | null;
  /** As in `HttpClient`. */
  readonly answerTimeoutMs?: number;
}
