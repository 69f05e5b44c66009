import { expect, test } from 'vitest';
import { parseAccountsFilter, parseThreshold, parseThresholds } from '../../src/cli/status-flags.js';

const KNOWN = ['facebook', 'youtube'];

test('adds up thresholds, of all platforms and of one', () => {
  const fail = parseThreshold('--fail')('youtube=80.5%', parseThreshold('--fail')('90%'));
  expect(parseThresholds({ fail }, KNOWN)).toEqual({
    warn: [],
    fail: [
      { platform: null, share: 0.9 },
      { platform: 'youtube', share: 0.805 },
    ],
  });
  expect(parseThresholds({}, KNOWN)).toBeNull();
});

test.each(['90', '101%', 'youtube', 'youtube=', '-1%', '=90%'])('refuses %s as a threshold', (text) => {
  expect(() => parseThreshold('--fail')(text)).toThrow(/not a share of accounts/);
});

test('refuses an unknown platform or reason, and suggests a similar one', () => {
  const fail = parseThreshold('--fail')('tumblr=80%');
  expect(() => parseThresholds({ fail }, KNOWN)).toThrow(/^--fail "tumblr" is not a known platform/);
  expect(() => parseAccountsFilter({ reason: 'needs_reconect' }, KNOWN)).toThrow(
    expect.objectContaining({ fix: 'Did you mean needs_reconnect?' }),
  );
});

test('lists all accounts with --csv alone, and no accounts without any flag', () => {
  expect(parseAccountsFilter({ csv: true }, KNOWN)).toEqual({});
  expect(parseAccountsFilter({}, KNOWN)).toBeNull();
  expect(parseAccountsFilter({ user: 'u', platform: ['youtube,facebook'], reason: 'no_data' }, KNOWN)).toEqual({
    userId: 'u',
    platforms: ['youtube', 'facebook'],
    reason: 'no_data',
  });
});
