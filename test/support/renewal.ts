import type { RenewalSettings } from '../../src/collector/renewal.js';

/** No renewed token is stored. */
export const NO_RENEWAL: RenewalSettings = {
  renewals: null,
  keyring: { encrypt: (token) => token, decrypt: (token) => ({ ok: true, token }) },
  clock: { sleep: async () => undefined },
  signal: new AbortController().signal,
};

/** Renewed tokens are stored: nobody else renews them. */
export const RENEWAL: RenewalSettings = {
  ...NO_RENEWAL,
  renewals: { claim: async () => ({ kind: 'claimed' }), store: async () => true, release: async () => undefined },
};
