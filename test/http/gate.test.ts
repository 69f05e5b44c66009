import { beforeEach, describe, expect, it } from 'vitest';
import { PlatformError, RunLimit } from '../../src/errors.js';
import { type ApiState, createGate, type Gate } from '../../src/http/gate.js';
import type { Verdict } from '../../src/http/http.js';

const MAX_WAIT_MS = 300_000;
const fine: Verdict<unknown> = { kind: 'accept', value: {} };
const down = { kind: 'retry', error: new PlatformError('platform_error', 'HTTP 503') } as const;
const throttled: Verdict<unknown> = { kind: 'retry', error: new PlatformError('throttled', 'too many') };

let clock: number;
let warnings: string[];
let states: Pick<ApiState, 'state' | 'seconds'>[];
let gate: Gate;
beforeEach(() => {
  states = [];
  clock = Date.parse('2026-11-22T02:00:00Z');
  warnings = [];
  gate = createGate({
    api: 'x',
    maxWaitMs: MAX_WAIT_MS,
    now: () => new Date(clock),
    monotonic: () => clock,
    warn: (text) => warnings.push(text),
    onState: ({ state, seconds }) => states.push({ state, seconds }),
  });
});

it('reports a pause of all accounts that the run waits for, and a longer one', () => {
  gate.note('a', { ...fine, rests: [{ of: 'account', ms: 60_000 }] });
  gate.note('a', { ...fine, rests: [{ of: 'app', ms: 10_000 }] });
  gate.note('b', { ...fine, rests: [{ of: 'app', ms: 5_000 }] });
  gate.note('c', { ...fine, rests: [{ of: 'app', ms: 20_000 }] });
  gate.note('d', { ...fine, rests: [{ of: 'app', ms: MAX_WAIT_MS + 1 }] });
  expect(states).toEqual([10, 20].map((seconds) => ({ state: 'paused', seconds })));
});

/** A request of the account that gets no answer in four attempts. */
function fail(account: string, meanwhile: () => void = () => undefined): void {
  const answeredBefore = gate.answered;
  for (let attempt = 0; attempt < 4; attempt++) gate.note(account, down);
  meanwhile();
  gate.giveUp(account, down.error, answeredBefore);
}

it('pauses one account or all, as long as an answer asks', () => {
  gate.note('a', { ...fine, rests: [{ of: 'account', ms: 60_000 }] });
  expect([gate.admit('a'), gate.admit('b')]).toEqual([60_000, 0]);
  gate.note('b', { ...fine, rests: [{ of: 'app', ms: 10_000 }] });
  expect([gate.admit('a'), gate.admit('b')]).toEqual([60_000, 10_000]);
  clock += 60_000;
  expect([gate.admit('a'), gate.admit('b')]).toEqual([0, 0]);
});

it('leaves an account to the next run if it has to rest for longer than the run may wait', () => {
  gate.note('a', { ...fine, rests: [{ of: 'account', ms: MAX_WAIT_MS + 1 }] });
  expect(() => gate.admit('a')).toThrow(expect.objectContaining({ reason: 'throttled' }));
  expect(gate.admit('b')).toBe(0);
});

describe('an app that is over its limit', () => {
  const over = { kind: 'rest', error: new PlatformError('throttled', 'too many a minute'), ms: 60_000 } as const;

  it('rests once, however many requests under way are refused', () => {
    for (const account of ['a', 'b', 'c']) gate.note(account, over);
    expect(gate.waitMs()).toBe(60_000);
    expect(states).toEqual([{ state: 'paused', seconds: 60 }]);
    clock += 60_000;
    expect([gate.waitMs(), gate.admit('d')]).toEqual([0, 0]);
  });

  it('rests for as long as the API says', () => {
    gate.note('a', over, 7_000);
    expect(gate.waitMs()).toBe(7_000);
  });

  it('rests longer and longer while the API asks for no rest that helps', () => {
    for (const ms of [1_000, 2_000, 4_000]) {
      gate.note('a', over, 0);
      expect(gate.waitMs()).toBe(ms);
      clock += ms;
    }
  });

  it('rests twice as long each time, until it is left to the next run', () => {
    for (const ms of [60_000, 120_000, 240_000]) {
      gate.note('a', over);
      expect(gate.waitMs()).toBe(ms);
      clock += ms;
    }
    gate.note('a', over);
    expect(gate.waitMs()).toBe(0);
    expect(() => gate.admit('b')).toThrow(
      expect.objectContaining({
        reason: 'throttled',
        message: expect.stringMatching(/^too many a minute: retry after 8 min/),
      }),
    );
  });

  it('rests no longer than the first time once a request was accepted in between', () => {
    gate.note('a', over);
    clock += 60_000;
    gate.note('a', fine);
    gate.note('b', over);
    expect(gate.waitMs()).toBe(60_000);
  });
});

it('leaves to the next run what an API allows no more of a day', async () => {
  gate = createGate({
    api: 'x',
    pace: { perDay: 2 },
    maxWaitMs: MAX_WAIT_MS,
    now: () => new Date(clock),
    monotonic: () => clock,
    warn: () => undefined,
  });
  for (let request = 0; request < 2; request++) {
    expect(gate.admit('a')).toBe(0);
    await gate.paced(async () => undefined);
  }
  expect(() => gate.admit('b')).toThrow(RunLimit);
});

it('closes at once when the daily quota is used up, and warns once', () => {
  const gone = new PlatformError('quota_exhausted', 'none left today', 'platform');
  gate.note('a', { kind: 'refuse', error: gone });
  gate.note('b', { kind: 'refuse', error: gone });
  expect(() => gate.admit('c')).toThrow(gone);
  expect(warnings).toEqual(['x is skipped for the rest of this run: none left today']);
});

describe('a refusal because of the app', () => {
  const foreign = new PlatformError('configuration', 'Invalid appsecret_proof', 'platform');
  const refuse = (account: string) => gate.note(account, { kind: 'refuse', error: foreign });

  it('skips the API when three accounts in a row get it', () => {
    refuse('a');
    refuse('b');
    expect(gate.admit('c')).toBe(0);
    refuse('c');
    expect(() => gate.admit('d')).toThrow(foreign);
    expect(warnings).toEqual(['x is skipped for the rest of this run: Invalid appsecret_proof']);
  });

  it('counts once per account', () => {
    for (let i = 0; i < 10; i++) refuse('a');
    refuse('b');
    expect(gate.admit('c')).toBe(0);
  });

  it('counts from zero again when another account is answered in between', () => {
    for (const account of ['a', 'b']) refuse(account);
    gate.note('c', fine);
    for (const account of ['d', 'e']) refuse(account);
    expect(gate.admit('f')).toBe(0);
    expect(warnings).toEqual([]);
  });
});

describe('an API that does not answer', () => {
  it('is down after three accounts in a row, and then gets one request every thirty seconds', () => {
    fail('a');
    fail('b');
    expect(gate.admit('d')).toBe(0);
    fail('c');
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

  it('is not down because of two broken accounts, however many requests they send', () => {
    for (let i = 0; i < 50; i++) fail(i % 2 === 0 ? 'a' : 'b');
    expect(gate.admit('c')).toBe(0);
  });

  it('is counted from zero again after any answer', () => {
    fail('a');
    fail('b');
    gate.note('a', throttled);
    fail('c');
    fail('d');
    expect(gate.admit('e')).toBe(0);
  });

  it("is not down if others were answered during a request's attempts", () => {
    for (const account of ['a', 'b', 'c', 'd']) fail(account, () => gate.note('e', fine));
    expect(gate.admit('f')).toBe(0);
  });
});

it('admits nothing that another process was refused for good, and warns of it no more', () => {
  const shut: PlatformError[] = [];
  const options = { api: 'x', maxWaitMs: 0, now: () => new Date(clock), monotonic: () => clock };
  const warn = (text: string) => warnings.push(text);
  const first = createGate({ ...options, warn, onShut: (error) => shut.push(error) });
  const used = new PlatformError('quota_exhausted', 'no more today', 'platform');
  first.note('a', { kind: 'refuse', error: used });
  expect([shut, warnings.length]).toEqual([[used], 1]);
  gate.shut(used);
  expect(() => gate.admit('b')).toThrow(used);
  gate.note('b', { kind: 'refuse', error: used });
  expect(warnings).toHaveLength(1);
});
