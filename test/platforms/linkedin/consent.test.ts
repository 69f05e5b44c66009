import { expect, test } from 'vitest';
import { PlatformError } from '../../../src/errors.js';
import { linkedin } from '../../../src/platforms/linkedin/linkedin.js';
import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { LINKEDIN, sandboxOf } from '../../sandbox/ask.js';
import { lentContext } from '../../support/api.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const CONSENT = {
  accessToken: LINKEDIN.accessToken,
  refreshToken: null,
  expiresAt: NOW,
  refreshExpiresAt: null,
  answer: {},
};

async function listed(accounts: readonly SandboxAccount[], apiUrl?: string) {
  const sandbox = await sandboxOf(accounts);
  const { consent } = linkedin({
    apiUrl: apiUrl ?? sandbox.urls.LINKEDIN_API_URL,
    oauthUrl: sandbox.urls.LINKEDIN_OAUTH_URL,
    version: '202608',
    clientId: 'id',
    clientSecret: 'secret',
  });
  const lent = lentContext(NOW);
  return { found: await consent?.accounts(CONSENT, lent.context), warnings: lent.warnings, sandbox };
}

test('lists every page that the member administers, beyond the first answer, with its name and the token', async () => {
  const pages = Array.from({ length: 203 }, (_, i) => ({
    ...LINKEDIN,
    accountId: `${7_000_001 + i}`,
    name: `Page ${i}`,
  }));
  const { found, sandbox } = await listed(pages);
  expect(found?.map(({ accountId }) => accountId)).toEqual(pages.map(({ accountId }) => accountId));
  expect(found?.at(-1)).toEqual({
    accountId: '7000203',
    accountName: 'Page 202',
    accessToken: LINKEDIN.accessToken,
    refreshToken: null,
    tokenExpiresAt: NOW,
  });
  expect(sandbox.counters.unexpected).toBe(0);
});

test('fails with the reason that LinkedIn gives', async () => {
  const failing = listed([{ ...LINKEDIN, fault: { kind: 'missing_permission' } }]);
  await expect(failing).rejects.toBeInstanceOf(PlatformError);
  await expect(failing).rejects.toMatchObject({ reason: 'missing_permission' });
});
