import { expect, it } from 'vitest';
import { redact } from '../../src/http/redact.js';

const secret = 'EAAb+c/d=1é short';

it.each([
  ['plain', (text: string) => text],
  ['URL-encoded', encodeURIComponent],
  ['form-encoded', (text: string) => new URLSearchParams({ t: text }).toString().slice(2)],
  ['base64', (text: string) => Buffer.from(text).toString('base64')],
  ['url-safe base64', (text: string) => Buffer.from(text).toString('base64url')],
])('redacts a known secret, %s', (_form, encode) => {
  const clean = redact(`before ${encode(secret)} after`, [secret, null]);
  expect(clean).toMatch(/^before \[redacted\]=* after$/);
});

it('redacts unknown texts that look like tokens', () => {
  const token = 'EAAGm0PX4ZCpsBAKZCfq3XDt9ZBkGZAZC8H1ZAZAbZC2vXr';
  expect(redact(`Error validating access token ${token}.`)).not.toContain(token.slice(0, 20));
  expect(redact('https://x.example/?access_token=abcdefgh12&y=1')).toBe(
    'https://x.example/?access_token=[redacted]&y=1',
  );
  expect(redact('authorization: Bearer abcdefgh12')).toBe('authorization: Bearer [redacted]');
});

it('leaves metric names, hosts, addresses and explanations intact', () => {
  const text =
    '(#100) metric[0] must be one of: page_video_complete_views_30s_autoplayed_unique, reach. See https://developers.facebook.com/docs/instagram-api/reference/ig-user/insights; the access_token is missing';
  expect(redact(text)).toBe(text);
});

it.each(['test', 'page', 'host', 'a', '7', 'reach', 'postgre'])(
  'a secret of few characters blots out nothing: %s',
  (short) => {
    const text = `a test page of the host: (#7) reach is not a metric of PostgreSQL at postgres.example.com; ${short}`;
    expect(redact(text, [short, ''])).toBe(text);
  },
);

it('a secret that is a word is redacted as a word, and leaves others whole', () => {
  const text = 'analytics-collect cannot write analytics_snapshots (password "analytics"; analytics, analytics)';
  expect(redact(text, ['analytics'])).toBe(
    'analytics-collect cannot write analytics_snapshots (password "[redacted]"; [redacted], [redacted])',
  );
});

it('any other secret is redacted inside of words, too', () => {
  expect(redact('user=xhunter22x', ['hunter22'])).toBe('user=x[redacted]x');
});
