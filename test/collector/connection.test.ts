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
])('asks a platform nothing more after a failure of all of it, %s, and says so once', async (_how, collect) => {
  let asked = 0;
  const platform: Platform = {
    ...{ name: 'any', api: 'any_api', metrics: [], version: { name: 'v1', endsOn: null, variable: null } },
    ...{ renewsTokens: false, storageRule: null },
    day: { timeZone: 'UTC', settlesAfterHours: 0, lookbackDays: 30 },
    collect: (...given) => {
      asked += 1;
      return collect(...given);
    },
    check: async () => ({ accountName: null }),
  };
  const { context, warnings } = lentContext(NOW);
  const run: RunContext = {
    ...{ http: context.http, refused: context.refused, warn: context.warn, now: () => NOW },
    ...{ down: new Map(), refresh: false, secrets: [], signal: new AbortController().signal },
    platforms: new Map([['any', platform]]),
    keyring: { decrypt: (token) => ({ ok: true, token }) },
    window: { kind: 'lookback', days: 2 },
  };
  for (const id of ['c1', 'c2', 'c3']) {
    const one = { ...connection, id };
    const records = await collectConnection(one, planConnection(one, run), run);
    expect(records.map(({ outcome }) => outcome.reason)).toEqual(['quota_exhausted', 'quota_exhausted']);
  }
  expect(asked).toBe(1);
  expect(warnings).toEqual(['any is asked nothing more in this run: nothing left today']);
});
