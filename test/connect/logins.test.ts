import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { checkAccount } from '../../src/collector/check-account.js';
import { loadConfig } from '../../src/config.js';
import { consentedAccounts } from '../../src/connect/connect.js';
import type { Platform } from '../../src/platforms/contract.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { SANDBOX_DISPLAY_APP, SANDBOX_INSTAGRAM_APP } from '../../src/sandbox/oauth.js';
import { EXPECTED, NOON } from '../conformance/accounts.js';
import { sandboxOf } from '../sandbox/ask.js';
import { lentContext } from '../support/api.js';

/* Logins that differ from the grant of RFC 6749, without a browser: the form is sent as its page would, and the address pasted. */

const REDIRECT = 'https://connected.test/done/';
const CLOCK = { ...systemClock, now: () => NOON };
const HOUR_MS = 3_600_000;
const INSTAGRAM: SandboxAccount = { ...EXPECTED.instagram.account, accessToken: 'IGAAone' };
const DISPLAY: SandboxAccount = { ...EXPECTED.tiktok.account, accessToken: 'act.one', kind: 'display' };
const NO_BUSINESS_APP = { TIKTOK_BUSINESS_CLIENT_ID: '', TIKTOK_BUSINESS_CLIENT_SECRET: '' };

interface Login {
  readonly account: SandboxAccount;
  readonly environment?: Readonly<Record<string, string>>;
  /** What is asked for, separated by commas. */
  readonly scopes: readonly string[];
  readonly secret: string;
  readonly endsInHours: number;
  readonly isRefreshable: boolean;
}

const LOGINS = {
  "Instagram's own login": {
    account: INSTAGRAM,
    environment: SANDBOX_INSTAGRAM_APP,
    scopes: ['instagram_business_basic', 'instagram_business_manage_insights'],
    secret: 'INSTAGRAM_APP_SECRET',
    endsInHours: 5_183_944 / 3_600,
    isRefreshable: false,
  },
  Threads: {
    account: EXPECTED.threads.account,
    scopes: ['threads_basic', 'threads_manage_insights'],
    secret: 'THREADS_APP_SECRET',
    endsInHours: 5_183_944 / 3_600,
    isRefreshable: false,
  },
  Pinterest: {
    account: EXPECTED.pinterest.account,
    scopes: ['user_accounts:read'],
    secret: 'PINTEREST_CLIENT_SECRET',
    endsInHours: 30 * 24,
    isRefreshable: true,
  },
  "TikTok's Accounts API": {
    account: EXPECTED.tiktok.account,
    scopes: ['user.info.basic', 'user.info.stats', 'user.info.username', 'user.insights'],
    secret: 'TIKTOK_BUSINESS_CLIENT_SECRET',
    endsInHours: 24,
    isRefreshable: true,
  },
  "TikTok's Display API": {
    account: DISPLAY,
    environment: { ...SANDBOX_DISPLAY_APP, ...NO_BUSINESS_APP },
    scopes: ['user.info.basic', 'user.info.stats'],
    secret: 'TIKTOK_CLIENT_SECRET',
    endsInHours: 2,
    isRefreshable: true,
  },
} satisfies Readonly<Record<string, Login>>;

/** The platform at a sandbox with that account, and the consent of its owner there. */
async function open({ account, environment }: Login, own: Readonly<Record<string, string>> = {}) {
  const sandbox = await sandboxOf([{ refreshToken: 'refresh-one', ...account }]);
  const config = loadConfig({ ...sandbox.environment, ...environment, ...own });
  const platform = createPlatforms(config).get(account.platform);
  if (platform === undefined) throw new Error(`no ${account.platform}`);
  return { sandbox, platform };
}

interface Decision {
  readonly decision?: 'allow' | 'deny';
  /** The only permissions that are granted. Default: all. */
  readonly granted?: readonly string[];
}

async function consent(platform: Platform, account: SandboxAccount, { decision = 'allow', granted }: Decision = {}) {
  let opened = new URL('https://unopened.test');
  const accounts = await consentedAccounts({
    platform,
    clock: CLOCK,
    redirectUri: REDIRECT,
    onAddress(address) {
      opened = new URL(address);
    },
    paste: async function* () {
      const body = new URLSearchParams([
        ...opened.searchParams,
        ['decision', decision],
        ['person', account.accountId],
        ...(granted ?? scopesOf(opened)).map((scope) => ['granted', scope] as const),
      ] as [string, string][]);
      const page = `${opened.origin}${opened.pathname}`;
      const answer = await fetch(page, { method: 'POST', body, redirect: 'manual' });
      yield answer.headers.get('location') ?? (await answer.text());
    },
    warn: () => undefined,
  });
  return { accounts, scopes: scopesOf(opened) };
}

function scopesOf({ searchParams }: URL): string[] {
  return searchParams.get('scope')?.split(',') ?? [];
}

describe.each(Object.entries<Login>(LOGINS))('%s', (_, login) => {
  const { account, scopes, secret, endsInHours, isRefreshable } = login;

  test('gives the account with tokens that open it and the instant at which they end', async () => {
    const { sandbox, platform } = await open(login);
    const { accounts, scopes: asked } = await consent(platform, account);
    expect(asked).toEqual(scopes);
    const [found] = accounts;
    if (found === undefined) throw new Error('no account');
    expect(accounts).toHaveLength(1);
    expect(found).toMatchObject({ accountId: account.accountId });
    expect(found.tokenExpiresAt).toEqual(new Date(NOON.getTime() + endsInHours * HOUR_MS));
    expect(found.refreshToken !== null).toBe(isRefreshable);
    await checkAccount(found, platform, CLOCK);
    expect(sandbox.counters).toMatchObject({ tokensInUrl: 0, unexpected: 0 });
  });

  test('refuses a consent without a permission', async () => {
    const { platform } = await open(login);
    const connected = consent(platform, account, { granted: ['other'] }).then(({ accounts: [found] }) => {
      if (found === undefined) throw new Error('no account');
      return checkAccount(found, platform, CLOCK);
    });
    // Threads does not say what was granted: the check of the account finds out.
    const refusal = account.platform === 'threads' ? { reason: 'missing_permission' } : { code: 'consent_incomplete' };
    await expect(connected).rejects.toMatchObject(refusal);
  });

  test("gives the platform's reason for refusing a code, and shows no secret", async () => {
    const { platform } = await open(login, { [secret]: 'another-secret' });
    const error = await consent(platform, account).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: 'consent_failed',
      message: expect.stringContaining('did not accept the code'),
    });
    expect(JSON.stringify([error.message, error.fix, String(error.cause)])).not.toContain('another-secret');
  });

  test('stores nothing after a denial', async () => {
    const { platform } = await open(login);
    await expect(consent(platform, account, { decision: 'deny' })).rejects.toMatchObject({ code: 'consent_denied' });
  });
});

test('a refresh token of a consent can be renewed', async () => {
  const login = LOGINS.Pinterest;
  const { platform } = await open(login);
  const [account] = (await consent(platform, login.account)).accounts;
  if (account === undefined || platform.renewal === undefined) throw new Error('no renewal');
  const renewed = await platform.renewal.renew(account, lentContext(NOON).context);
  expect(renewed.accessToken).not.toBe(account.accessToken);
});

test("uses the Facebook login if no app for Instagram's own login is set", async () => {
  const login = LOGINS["Instagram's own login"];
  const { platform } = await open({ ...login, environment: {} });
  expect(platform.consent?.provider).toBe('Facebook');
});

test('refuses an http address for TikTok before it opens the browser', async () => {
  const login = LOGINS["TikTok's Accounts API"];
  const { platform } = await open(login);
  const found = consentedAccounts({
    platform,
    clock: CLOCK,
    redirectUri: 'http://localhost:8765/',
    onAddress: () => expect.unreachable(),
    paste: () => null,
    warn: () => undefined,
  });
  await expect(found).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('only to https') });
});
