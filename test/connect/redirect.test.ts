import { expect, test } from 'vitest';
import { redirectOf } from '../../src/connect/redirect.js';
import { flowOf } from './flow.js';

test('uses a free port of 127.0.0.1 if the provider allows any', () => {
  const redirect = redirectOf(flowOf({ redirects: 'loopback' }), undefined);
  expect(redirect).toMatchObject({ kind: 'here', port: 0 });
  expect(redirect.kind === 'here' && redirect.uri(4321)).toBe('http://127.0.0.1:4321/');
});

test('requires --redirect-uri if the provider allows only registered addresses', () => {
  expect(() => redirectOf(flowOf({ redirects: 'registered' }), undefined)).toThrow(
    expect.objectContaining({ code: 'usage', fix: expect.stringContaining('--redirect-uri') }),
  );
});

test.each([
  ['http://localhost:8765/', 'here', 8765],
  ['http://127.0.0.1/done', 'here', 80],
  ['https://localhost:8765/', 'elsewhere', undefined],
  ['https://example.com/connected?app=1', 'elsewhere', undefined],
  ['http://[::1]:8765/', 'elsewhere', undefined],
])('a browser that is sent to %s ends %s', (uri, kind, port) => {
  const redirect = redirectOf(flowOf({ redirects: 'registered' }), uri);
  expect(redirect.kind).toBe(kind);
  expect(redirect.kind === 'here' ? redirect.port : undefined).toBe(port);
  // Exactly as registered: providers compare it letter by letter.
  expect(redirect.kind === 'here' ? redirect.uri(1) : redirect.uri).toBe(uri);
});

test('refuses a redirect address of another machine over http', () => {
  expect(() => redirectOf(flowOf({}), 'http://example.com/done')).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining('another machine') }),
  );
});

test.each(['example.com', 'ftp://example.com/', 'https://example.com/#part'])(
  'refuses %s as a redirect address',
  (uri) => {
    expect(() => redirectOf(flowOf({}), uri)).toThrow(expect.objectContaining({ code: 'usage' }));
  },
);
