import { expect, test } from 'vitest';
import { redirectOf } from '../../src/connect/redirect.js';
import { flowOf } from './flow.js';

test('a provider that takes any loopback port gets a free one of 127.0.0.1', () => {
  const redirect = redirectOf(flowOf({ redirects: 'loopback' }), undefined);
  expect(redirect).toMatchObject({ kind: 'here', port: 0 });
  expect(redirect.kind === 'here' && redirect.uri(4321)).toBe('http://127.0.0.1:4321/');
});

test('a provider that takes only registered addresses demands --redirect-uri', () => {
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
])('the browser that is sent to %s ends %s', (uri, kind, port) => {
  const redirect = redirectOf(flowOf({ redirects: 'registered' }), uri);
  expect(redirect.kind).toBe(kind);
  expect(redirect.kind === 'here' ? redirect.port : undefined).toBe(port);
  // Exactly as registered: providers compare it letter by letter.
  expect(redirect.kind === 'here' ? redirect.uri(1) : redirect.uri).toBe(uri);
});

test('a code goes over http to no other machine', () => {
  expect(() => redirectOf(flowOf({}), 'http://example.com/done')).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining('another machine') }),
  );
});

test.each(['example.com', 'ftp://example.com/', 'https://example.com/#part'])('%s is no redirect address', (uri) => {
  expect(() => redirectOf(flowOf({}), uri)).toThrow(expect.objectContaining({ code: 'usage' }));
});
