import type { Clock } from '../clock.js';
import type { Platform } from '../platforms/contract.js';
import type { Store } from '../store/store.js';
import type { Keyring } from '../tokens/keyring.js';

/** What runs work with. */
export interface Collector {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'decrypt'>;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly clock: Clock;
  /** Struck out of everything an API says. */
  readonly secrets: readonly string[];
  /** As of an `HttpClient`. */
  readonly answerTimeoutMs?: number;
}
