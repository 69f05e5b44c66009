import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Fernet, version 0x80 (https://github.com/fernet/spec): version, timestamp, IV, AES-128-CBC ciphertext, HMAC-SHA256.
 * Tokens have no time to live here: stored secrets do not expire.
 */
const VERSION = 0x80;
const TIMESTAMP_AT = 1;
const IV_AT = 9;
const CIPHERTEXT_AT = 25;
const HMAC_BYTES = 32;
const BLOCK_BYTES = 16;

export interface FernetKey {
  readonly signing: Buffer;
  readonly encryption: Buffer;
}

/** A new key: 32 random bytes in url-safe base64 with padding, as other Fernet libraries expect. */
export function generateKey(): string {
  return toBase64Url(randomBytes(32));
}

/** Reads a key; null if it is not 32 bytes in url-safe base64. */
export function parseFernetKey(text: string): FernetKey | null {
  const bytes = fromBase64Url(text);
  if (bytes?.length !== 32) return null;
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}

/** Encrypts a text. `now` and `iv` are for tests: an IV must never be used twice. */
export function encrypt(
  key: FernetKey,
  text: string,
  { now = new Date(), iv = randomBytes(16) }: { now?: Date; iv?: Uint8Array } = {},
): string {
  const header = Buffer.alloc(IV_AT);
  header.writeUInt8(VERSION);
  header.writeBigUInt64BE(BigInt(Math.floor(now.getTime() / 1000)), TIMESTAMP_AT);
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv);
  const signed = Buffer.concat([header, iv, cipher.update(text, 'utf8'), cipher.final()]);
  return toBase64Url(Buffer.concat([signed, sign(key, signed)]));
}

/** The text of a token; null if it was not made with this key or has been altered. */
export function decrypt(key: FernetKey, token: string): string | null {
  const bytes = fromBase64Url(token);
  if (bytes === null || bytes[0] !== VERSION) return null;

  const ciphertextBytes = bytes.length - CIPHERTEXT_AT - HMAC_BYTES;
  if (ciphertextBytes < BLOCK_BYTES || ciphertextBytes % BLOCK_BYTES !== 0) return null;

  // The signature is checked before anything is decrypted, so that a padding error tells an attacker nothing.
  const signed = bytes.subarray(0, -HMAC_BYTES);
  if (!timingSafeEqual(sign(key, signed), bytes.subarray(-HMAC_BYTES))) return null;

  const decipher = createDecipheriv('aes-128-cbc', key.encryption, bytes.subarray(IV_AT, CIPHERTEXT_AT));
  try {
    const text = Buffer.concat([decipher.update(signed.subarray(CIPHERTEXT_AT)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return null;
  }
}

function sign(key: FernetKey, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key.signing).update(bytes).digest();
}

function toBase64Url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** Strict where Buffer is lenient: Buffer skips invalid characters and accepts both alphabets. */
function fromBase64Url(text: string): Buffer | null {
  const unpadded = text.replace(/={1,2}$/, '');
  if (unpadded !== text && text.length % 4 !== 0) return null;
  const bytes = Buffer.from(unpadded, 'base64url');
  return bytes.toString('base64url') === unpadded ? bytes : null;
}
