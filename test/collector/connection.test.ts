import { expect, it } from 'vitest';
import { collectConnection, planConnection, type RunContext } from '../../src/collector/connection.js';
import { PlatformError } from '../../src/errors.js';
import type { Platform } from '../../src/platforms/platform.js';
import type { StoredConnection } from '../../src/store/store.js';
import { lentContext } from '../support/api.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const QUOTA = new PlatformError('quota_exhausted', 'nothing left today', 'platform');

const connection: StoredConnection = {
  ...{ id: 'c1', userId: 'u1', platform: 'any', accountId: '1', accountName: null },
  ...{ accessToken: 'EAAtoken', refreshToken: null, tokenExpiresAt: null, secondAccount: false, ledger: [] },
};

it.each<[string, Platform['collect']]>([
  ['thrown', async () => Promise.reject(QUOTA)],
  [
    'found in a part',
    async (_account, days) => days.map(({ date }) => ({ date, kind: 'failed', error: QUOTA, values: [] })),
  ],
])('shuts a platform for the run after a failure of all of it, %s', async (_how, collect) => {
  const shut: unknown[] = [];
  const platform: Platform = {
    ...{ name: 'any', api: 'any_api', metrics: [], version: { name: 'v1', endsOn: null, variable: null } },
    ...{ renewsTokens: false, storageRule: null },
    day: { timeZone: 'UTC', settlesAfterHours: 0, lookbackDays: 30 },
    collect,
    check: async () => ({ accountName: null }),
  };
  const { context, client } = lentContext(NOW);
  const run: RunContext = {
    ...{ refused: context.refused, warn: context.warn, now: () => NOW },
    ...{ refresh: false, secrets: [], signal: new AbortController().signal },
    http: { lane: client.lane, shut: (...given) => shut.push(given) },
    platforms: new Map([['any', platform]]),
    keyring: { decrypt: (token) => ({ ok: true, token }) },
    window: { kind: 'lookback', days: 2 },
  };
  const records = await collectConnection(connection, planConnection(connection, run), run);
  expect(records.map(({ outcome }) => outcome.reason)).toEqual(['quota_exhausted', 'quota_exhausted']);
  expect(shut[0]).toEqual(['any', QUOTA]);
});
