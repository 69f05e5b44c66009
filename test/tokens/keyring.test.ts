import { expect, test } from 'vitest';
import { generateKey } from '../../src/tokens/fernet.js';
import { createKeyring } from '../../src/tokens/keyring.js';

const strict = { allowPlaintext: false };
const lenient = { allowPlaintext: true };

test('the first key encrypts, any decrypts', () => {
  const [old, fresh] = [generateKey(), generateKey()];
  const before = createKeyring(old, strict);
  const rotated = createKeyring(`${fresh}, ${old}`, strict);

  expect(rotated.decrypt(before.encrypt('EAAB'))).toEqual({ ok: true, token: 'EAAB' });
  expect(createKeyring(fresh, strict).decrypt(rotated.encrypt('EAAB'))).toEqual({ ok: true, token: 'EAAB' });
  expect(before.decrypt(rotated.encrypt('EAAB'))).toMatchObject({ ok: false });
});

test('plain text is accepted as a token only if that is allowed', () => {
  expect(createKeyring(generateKey(), strict).decrypt('EAABplain')).toMatchObject({ ok: false });
  expect(createKeyring(generateKey(), lenient).decrypt('EAABplain\n')).toEqual({ ok: true, token: 'EAABplain' });
});

test('ciphertext that no key decrypts is never used as a token', () => {
  const foreign = createKeyring(generateKey(), strict).encrypt('EAAB');
  for (const stored of [foreign, foreign.slice(0, -8), `  ${foreign}\n`]) {
    expect(createKeyring(generateKey(), lenient).decrypt(stored)).toMatchObject({ ok: false });
  }
});

test('no part of a refused value is shown', () => {
  const refused = createKeyring(generateKey(), strict).decrypt('EAABsecret');
  expect(JSON.stringify(refused)).not.toContain('EAABsecret');
});

test('an empty token is refused, encrypted or not', () => {
  const keyring = createKeyring(generateKey(), lenient);
  expect(keyring.decrypt(keyring.encrypt(''))).toMatchObject({ ok: false });
  expect(keyring.decrypt('  ')).toMatchObject({ ok: false });
});

test.each(['', 'not a key', `${generateKey()},`, `${generateKey()},short`])('refuses the keys %#', (keys) => {
  expect(() => createKeyring(keys, strict)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});
