import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type SignalWatch, watchSignals } from '../../src/cli/signals.js';

const exit = vi.fn();
const onStop = vi.fn();
let watch: SignalWatch;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('process', Object.assign(Object.create(process), { exit }));
  watch = watchSignals(onStop);
});

afterEach(() => {
  watch.end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.clearAllMocks();
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('the first %s stops gracefully, the second quits at once', (signal, exitCode) => {
  expect(watch.exitCode()).toBeNull();
  process.emit(signal, signal);
  expect([watch.signal.aborted, watch.exitCode(), onStop.mock.calls.length]).toEqual([true, exitCode, 1]);

  vi.advanceTimersByTime(501);
  process.emit(signal, signal);
  expect(exit).toHaveBeenCalledExactlyOnceWith(exitCode);
  expect(onStop).toHaveBeenCalledOnce();
});

test('the duplicate of a Ctrl-C that npx sends does not quit', () => {
  process.emit('SIGINT', 'SIGINT');
  vi.advanceTimersByTime(20);
  process.emit('SIGINT', 'SIGINT');
  expect(exit).not.toHaveBeenCalled();
});

test('no signal is handled after the end', () => {
  const before = process.listenerCount('SIGINT');
  watch.end();
  expect(process.listenerCount('SIGINT')).toBe(before - 1);
});
