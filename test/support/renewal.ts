import type { RenewalSettings } from '../../src/collector/renewal.js';

/** No renewed token is stored. */
export const NO_RENEWAL: RenewalSettings = {
  renewals: null,
  keyring: { encrypt: (token) => token, decrypt: (token) => ({ ok: true, token }) },
  clock: { sleep: async () => undefined },
};
