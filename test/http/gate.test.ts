import { beforeEach, expect, it } from 'vitest';
import { PlatformError } from '../../src/errors.js';
import { createGate, type Gate } from '../../src/http/gate.js';
import type { Verdict } from '../../src/http/http.js';

const MAX_WAIT_MS = 300_000;
const fine: Verdict<unknown> = { kind: 'accept', value: {} };
const down: Verdict<unknown> = { kind: 'retry', error: new PlatformError('platform_error', 'HTTP 503') };
const throttled: Verdict<unknown> = { kind: 'retry', error: new PlatformError('throttled', 'too many') };

let clock: number;
let warnings: string[];
let gate: Gate;
beforeEach(() => {
  clock = Date.parse('2026-11-22T02:00:00Z');
  warnings = [];
  gate = createGate({
    platform: 'x',
    maxWaitMs: MAX_WAIT_MS,
    now: () => new Date(clock),
    warn: (text) => warnings.push(text),
  });
});

function fail(times: number, accounts = ['a', 'b', 'c']): void {
  for (let i = 0; i < times; i++) gate.note(accounts[i % accounts.length] ?? '', down);
}

it('rests as long as an answer asks, the one account or all', () => {
  gate.note('a', { ...fine, rests: [{ of: 'account', ms: 60_000 }] });
  expect([gate.admit('a'), gate.admit('b')]).toEqual([60_000, 0]);
  gate.note('b', { ...fine, rests: [{ of: 'app', ms: 10_000 }] });
  expect([gate.admit('a'), gate.admit('b')]).toEqual([60_000, 10_000]);
  clock += 60_000;
  expect([gate.admit('a'), gate.admit('b')]).toEqual([0, 0]);
});

it('leaves to the next run what asks for a longer rest than the run may wait', () => {
  gate.note('a', { ...fine, rests: [{ of: 'account', ms: MAX_WAIT_MS + 1 }] });
  expect(() => gate.admit('a')).toThrow(expect.objectContaining({ reason: 'throttled' }));
  expect(gate.admit('b')).toBe(0);
});

it('ends a platform whose quota is gone, and says so once', () => {
  const gone = new PlatformError('quota_exhausted', 'none left today', 'platform');
  gate.note('a', { kind: 'refuse', error: gone });
  gate.note('b', { kind: 'refuse', error: gone });
  expect(() => gate.admit('c')).toThrow(gone);
  expect(warnings).toEqual(['x is asked nothing more in this run: none left today']);
});

it('opens after ten failures in a row, then sends one probe every thirty seconds', () => {
  fail(9);
  expect(gate.admit('d')).toBe(0);
  fail(1);
  expect(() => gate.admit('d')).toThrow(expect.objectContaining({ reason: 'platform_error', scope: 'connection' }));
  clock += 30_000;
  expect(gate.admit('d')).toBe(0);
  expect(() => gate.admit('e')).toThrow();
  gate.note('d', down);
  expect(() => gate.admit('e')).toThrow();
  clock += 30_000;
  gate.admit('e');
  gate.note('e', fine);
  expect(gate.admit('f')).toBe(0);
  expect(warnings).toEqual([expect.stringContaining('x is down'), 'x answers again']);
});

it('does not take one broken account for a broken platform', () => {
  fail(50, ['a', 'b']);
  expect(gate.admit('c')).toBe(0);
});

it('starts to count anew at any answer that is one', () => {
  fail(9);
  gate.note('a', throttled);
  fail(9);
  expect(gate.admit('d')).toBe(0);
});
