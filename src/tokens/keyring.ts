import { CollectError } from '../errors.js';
import { decrypt, encrypt, parseFernetKey } from './fernet.js';

type Decrypted =
  | { readonly ok: true; readonly token: string }
  /** `why` never contains any part of the stored value. */
  | { readonly ok: false; readonly why: string };

export interface Keyring {
  encrypt(token: string): string;
  decrypt(stored: string): Decrypted;
}

/**
 * Keys in the order of rotation, comma-separated: the first encrypts, any of them decrypts.
 * `allowPlaintext` treats a stored value that is not a Fernet token as the token itself.
 * Throws `CollectError` `config_invalid` when a key is not a Fernet key.
 */
export function createKeyring(keys: string, { allowPlaintext }: { allowPlaintext: boolean }): Keyring {
  const parsed = splitKeys(keys).map((text) => parseFernetKey(text));
  const valid = parsed.filter((key) => key !== null);
  const [first] = valid;
  if (first === undefined || valid.length !== parsed.length) {
    throw new CollectError(
      'config_invalid',
      'An encryption key is not a Fernet key.',
      'A Fernet key is 32 bytes in url-safe base64, 44 characters.',
    );
  }

  return {
    encrypt: (token) => encrypt(first, token),

    decrypt(stored) {
      const value = stored.trim();
      for (const key of valid) {
        const token = decrypt(key, value);
        if (token !== null) return token === '' ? refused('the stored token is empty') : { ok: true, token };
      }
      // Ciphertext treated as plain text would be sent to a platform as the token.
      if (looksEncrypted(value)) return refused('no key in ENCRYPTION_KEY decrypts the stored token');
      if (value === '') return refused('the stored token is empty');
      if (!allowPlaintext) return refused('the stored token is not encrypted, and ALLOW_PLAINTEXT_TOKENS is not set');
      return { ok: true, token: value };
    },
  };
}

/** The keys of a comma-separated list. */
export function splitKeys(keys: string): string[] {
  return keys.split(',').map((key) => key.trim());
}

/** Every Fernet token made before the year 2106 begins like this: version 0x80, then a timestamp with leading zeros. */
function looksEncrypted(value: string): boolean {
  return value.startsWith('gAAAA');
}

function refused(why: string): Decrypted {
  return { ok: false, why };
}
