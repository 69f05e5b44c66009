import { describe, expect, it } from 'vitest';
import { collectAccount } from '../../src/collector/account.js';
import type { RunContext } from '../../src/collector/ask.js';
import { openRefreshToken } from '../../src/collector/open-account.js';
import { DEFAULTS } from '../../src/collector/options.js';
import { planAccount } from '../../src/collector/plan.js';
import { type FailureReason, PlatformError } from '../../src/errors.js';
import { dayResult, type Platform } from '../../src/platforms/contract.js';
import type { StoredAccount, StoredConnection } from '../../src/store/accounts.js';
import { generateKey } from '../../src/tokens/fernet.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { accountRow, storedAccount } from '../support/accounts.js';
import { lentContext } from '../support/api.js';
import { NO_RENEWAL } from '../support/renewal.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const QUOTA = new PlatformError('quota_exhausted', 'nothing left today', 'platform');
const DATES = ['2026-11-20', '2026-11-21'];

const keyring = createKeyring(generateKey(), { allowPlaintext: false });

function connection(id: string, token: string): StoredConnection {
  return { id, accessToken: keyring.encrypt(token), refreshToken: null, tokenExpiresAt: null };
}

const accountOf = (...connections: StoredAccount['connections']) => storedAccount({ connections });

/** A run of two days over a platform that collects as given. */
async function collecting(account: StoredAccount, collect: Platform['collect']) {
  const platform: Platform = {
    name: 'any',
    api: 'any_api',
    metrics: [{ name: 'views', apiName: 'views', unit: 'count', aggregate: 'sum', meaning: 'Times shown' }],
    version: { name: 'v1', endsOn: null, variable: null },
    renewsTokens: false,
    endsByDate: () => false,
    storageRule: null,
    day: { timeZone: 'UTC', settlesAfterHours: 0, reachDays: 30, asks: 'day' },
    collect,
    check: async () => ({ accountName: null }),
  };
  const { context, client } = lentContext(NOW);
  const run: RunContext = {
    refusals: { of: () => context.refused },
    warn: context.warn,
    now: () => NOW,
    secrets: [],
    signal: new AbortController().signal,
    http: client,
    keyring,
    renewal: NO_RENEWAL,
  };
  const record = await collectAccount(
    account,
    platform,
    planAccount(account, platform, { ...DEFAULTS, window: { kind: 'lookback', days: 2 } }, NOW),
    run,
  );
  return { record };
}

/** Opens the account for the living token; every other one is refused the refusals numbered. */
function openedBy(living: string | null, reason: FailureReason = 'needs_reconnect') {
  const asked: string[] = [];
  const collect: Platform['collect'] = async ({ accessToken }, days) => {
    asked.push(accessToken);
    if (accessToken !== living) throw new PlatformError(reason, `refusal ${asked.length}`, 'connection');
    const values = [{ metric: 'views', value: 5 }];
    return { days: days.map(({ date }) => dayResult(date, values)), closing: [] };
  };
  return { asked, collect };
}

it.each<[string, Platform['collect']]>([
  ['thrown', async () => Promise.reject(QUOTA)],
  [
    'found in a part',
    async (_account, days) => ({
      days: days.map(({ date }) => ({ date, kind: 'failed', error: QUOTA, values: [] })),
      closing: [],
    }),
  ],
])('fails the account when the quota of its API is used up, %s', async (_how, collect) => {
  const { record } = await collecting(accountOf(connection('c1', 'EAAtoken')), collect);
  expect(record.row?.reason).toBe('quota_exhausted');
  const failedDays = record.days.filter(({ outcome }) => outcome.reason === 'quota_exhausted');
  expect([...failedDays.map(({ outcome }) => outcome.date), ...record.failedDates]).toEqual(DATES);
});

describe('a missing permission', () => {
  const DENIED = new PlatformError('missing_permission', 'grant read_insights', 'connection');

  it("of the account skips its days, and the account's row gives the reason once", async () => {
    const { record } = await collecting(accountOf(connection('c1', 'EAAtoken')), async () => Promise.reject(DENIED));
    expect(record).toEqual({
      row: accountRow({ reason: 'missing_permission', message: 'grant read_insights' }),
      days: [],
      closing: [],
      failedDates: [],
      skippedDates: DATES,
      backlog: 0,
      onlyClosing: false,
    });
  });

  it('for part of a day skips the day, keeps its values and leaves it open for the next run', async () => {
    const values = [{ metric: 'views', value: 5 }];
    const { record } = await collecting(accountOf(connection('c1', 'EAAtoken')), async (_account, days) => ({
      days: days.map(({ date }) => ({ date, kind: 'failed', error: DENIED, values })),
      closing: [],
    }));
    expect(record.row).toMatchObject({ reason: 'missing_permission', message: 'grant read_insights' });
    for (const { outcome, snapshots } of record.days) {
      expect(outcome).toMatchObject({ state: 'skipped', reason: 'missing_permission', metrics: 1 });
      expect(snapshots).toMatchObject([{ metric: 'views', value: 5, metadata: { settled: false } }]);
    }
  });

  it('on one day is reported only if no other day failed', async () => {
    const errors = [DENIED, new PlatformError('timeout', 'no answer')];
    const { record } = await collecting(accountOf(connection('c1', 'EAAtoken')), async (_account, days) => ({
      days: days.flatMap(({ date }, index) => {
        const error = errors[index];
        return error ? [{ date, kind: 'failed' as const, error, values: [] }] : [];
      }),
      closing: [],
    }));
    expect(record.row?.reason).toBe('timeout');
    expect(record.days.map(({ outcome }) => outcome.state)).toEqual(['skipped', 'failed']);
  });
});

it('records the failure of a whole account once, with the failed days', async () => {
  const { collect } = openedBy(null);
  const { record } = await collecting(accountOf(connection('c1', 'dead')), collect);
  expect(record).toEqual({
    row: accountRow({ reason: 'needs_reconnect', message: 'refusal 1' }),
    days: [],
    closing: [],
    failedDates: DATES,
    skippedDates: [],
    backlog: 0,
    onlyClosing: false,
  });
});

describe('an account with several connections', () => {
  it('is collected with the valid token of an older connection when the newest token is dead', async () => {
    const { asked, collect } = openedBy('alive');
    const account = accountOf(
      connection('newest', 'dead'),
      connection('older', 'alive'),
      connection('oldest', 'alive'),
    );
    const { record } = await collecting(account, collect);
    expect(record.row).toMatchObject({ id: 1, connectionId: 'older', reason: null, message: null });
    expect(record.days.map(({ outcome }) => `${outcome.date} ${outcome.state}`)).toEqual(
      DATES.map((date) => `${date} settled`),
    );
    expect(record.failedDates).toEqual([]);
    expect(asked).toEqual(['dead', 'alive']);
  });

  it('is collected with an older connection when the newest token cannot be decrypted', async () => {
    const { asked, collect } = openedBy('alive');
    const newest = { ...connection('newest', 'dead'), accessToken: 'gAAAAABnot-of-this-key' };
    const { record } = await collecting(accountOf(newest, connection('older', 'alive')), collect);
    expect(record.row).toMatchObject({ connectionId: 'older', reason: null });
    expect(asked).toEqual(['alive']);
  });

  it('fails with the refusal of the newest token when all tokens are dead', async () => {
    const { asked, collect } = openedBy(null);
    const account = accountOf(connection('newest', 'dead'), connection('older', 'dead-too'));
    const { record } = await collecting(account, collect);
    expect(record.row).toEqual(accountRow({ connectionId: 'newest', reason: 'needs_reconnect', message: 'refusal 1' }));
    expect(record.failedDates).toEqual(DATES);
    expect(asked).toHaveLength(2);
  });

  it('does not try an older connection when the token is not what failed', async () => {
    const { asked, collect } = openedBy('alive', 'timeout');
    const { record } = await collecting(accountOf(connection('newest', 'slow'), connection('older', 'alive')), collect);
    expect(record.row).toMatchObject({ connectionId: 'newest', reason: 'timeout' });
    expect(asked).toEqual(['slow']);
  });

  it('fails with the error of an older connection whose token is valid', async () => {
    const collect: Platform['collect'] = async ({ accessToken }) => {
      throw accessToken === 'alive' ? QUOTA : new PlatformError('needs_reconnect', 'refused', 'connection');
    };
    const { record } = await collecting(accountOf(connection('newest', 'dead'), connection('older', 'alive')), collect);
    expect(record.row).toMatchObject({ connectionId: 'older', reason: 'quota_exhausted' });
  });

  it('reveals no token of any connection', async () => {
    const collect: Platform['collect'] = async ({ accessToken }) => {
      throw new PlatformError('needs_reconnect', `${accessToken} is dead`, 'connection');
    };
    const account = accountOf(connection('newest', 'EAAfirst-token'), connection('older', 'EAAsecond-token'));
    const { record } = await collecting(account, collect);
    expect(record.row?.reason).toBe('needs_reconnect');
    expect(JSON.stringify(record)).not.toMatch(/EAA/);
  });
});

describe('a refresh token', () => {
  it('that is stored encrypted is decrypted', () => {
    expect(openRefreshToken(keyring.encrypt('1//real'), keyring)).toBe('1//real');
  });

  it.each([
    ['is not there', null],
    ['is the encrypted empty string', keyring.encrypt('')],
    ['cannot be decrypted', 'gAAAAABnot-of-this-key'],
  ])('that %s counts as absent', (_what, stored) => {
    expect(openRefreshToken(stored, keyring)).toBeNull();
  });
});
