import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, type FernetKey, generateKey, parseFernetKey } from '../../src/tokens/fernet.js';

// The acceptance vectors of https://github.com/fernet/spec (generate.json, verify.json, invalid.json).
const SPEC_KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const SPEC_TOKEN =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';

function key(text: string): FernetKey {
  const parsed = parseFernetKey(text);
  if (parsed === null) throw new Error('not a key');
  return parsed;
}

describe('the vectors of the specification', () => {
  test('generate', () => {
    const token = encrypt(key(SPEC_KEY), 'hello', {
      now: new Date('1985-10-26T01:20:00-07:00'),
      iv: Uint8Array.from({ length: 16 }, (_, index) => index),
    });
    expect(token).toBe(SPEC_TOKEN);
  });

  test('verify', () => {
    expect(decrypt(key(SPEC_KEY), SPEC_TOKEN)).toBe('hello');
  });

  test.each([
    [
      'incorrect mac',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
    ],
    ['too short', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA=='],
    [
      'invalid base64',
      '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    ],
    [
      'payload size not multiple of block size',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
    ],
    [
      'payload padding error',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
    ],
    [
      'incorrect IV (causes padding error)',
      'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==',
    ],
  ])('invalid: %s', (_, token) => {
    expect(decrypt(key(SPEC_KEY), token)).toBeNull();
  });

  test.each([
    [
      'far-future timestamp',
      'gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==',
    ],
    [
      'expired time to live',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    ],
  ])('accepts %s, because tokens have no time to live', (_, token) => {
    expect(decrypt(key(SPEC_KEY), token)).toBe('');
  });
});

test("decrypts a token made by Python's cryptography 48", () => {
  const pythonKey = key('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=');
  const token =
    'gAAAAABrAjCAK-syzMKqyqa4jVFvjxz58Z-xMrJh3KXML10sWV-rQqhxTtfP24xGwUT65S-AQ_HHU7RPwXSxj-GtZWPLV2-c38yPfrnOgseYAY7SudbkvUQ=';
  expect(decrypt(pythonKey, token)).toBe('EAAB-token-of-instagram');
});

test.each(['', 'a', 'sixteen bytes!!!', 'Zoë 東京 🎈', 'x'.repeat(4000)])('round trip %#', (text) => {
  const made = key(generateKey());
  expect(decrypt(made, encrypt(made, text))).toBe(text);
  expect(encrypt(made, text)).not.toBe(encrypt(made, text));
});

test('accepts a token without padding, but not with too much, or in the other alphabet', () => {
  expect(decrypt(key(SPEC_KEY), SPEC_TOKEN.replace('==', ''))).toBe('hello');
  expect(decrypt(key(SPEC_KEY), `${SPEC_TOKEN}=`)).toBeNull();
  expect(decrypt(key(SPEC_KEY), SPEC_TOKEN.replace('_', '/'))).toBeNull();
  expect(decrypt(key(SPEC_KEY), `${SPEC_TOKEN}\n`)).toBeNull();
});

test('every altered byte is detected', () => {
  for (let index = 0; index < SPEC_TOKEN.length - 2; index++) {
    const other = SPEC_TOKEN[index] === 'A' ? 'B' : 'A';
    const altered = SPEC_TOKEN.slice(0, index) + other + SPEC_TOKEN.slice(index + 1);
    expect(decrypt(key(SPEC_KEY), altered), `byte ${index}`).toBeNull();
  }
});

test.each([
  '',
  'secret',
  SPEC_KEY.slice(1),
  SPEC_KEY.replace('_', '/'),
  `${SPEC_KEY}A`,
  Buffer.alloc(31).toString('base64url'),
])('%j is not a key', (text) => {
  expect(parseFernetKey(text)).toBeNull();
});
