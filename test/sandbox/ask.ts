import { afterEach } from 'vitest';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.js';

/** Noon UTC: in Los Angeles it is 04:00 of the same day, so 2026-11-21 is the last that ended. */
const NOON = new Date('2026-11-22T12:00:00Z');

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** A sandbox that ends with the test. */
export async function sandboxOf(accounts: readonly SandboxAccount[], options: Partial<SandboxOptions> = {}) {
  const sandbox = await startSandbox({ accounts, now: () => NOON, record: true, ...options });
  running.push(sandbox);
  return sandbox;
}

export async function ask(url: string, token?: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers } });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : null,
  };
}

const base = { userId: 'u1', followers: 1_000 };

export const INSTAGRAM: SandboxAccount = {
  ...base,
  platform: 'instagram',
  accountId: '17841400000000001',
  name: 'Oslo Cycles',
  accessToken: 'EAAinstagram',
  pageId: '104500000000001',
};
export const FACEBOOK: SandboxAccount = {
  ...base,
  platform: 'facebook',
  accountId: '104500000000001',
  name: 'Oslo Cycles',
  accessToken: 'EAAuser',
  pageToken: 'EAApage',
};
export const YOUTUBE: SandboxAccount = {
  ...base,
  platform: 'youtube',
  accountId: 'UCsandbox000000000000001',
  name: 'Oslo Cycles',
  accessToken: 'ya29.one',
  refreshToken: '1//one',
  followers: 12_345,
};
export const LINKEDIN: SandboxAccount = {
  ...base,
  platform: 'linkedin',
  accountId: '7000001',
  name: 'Oslo Cycles',
  accessToken: 'AQXone',
  refreshToken: 'AQYone',
};
export const TIKTOK: SandboxAccount = {
  ...base,
  platform: 'tiktok',
  accountId: '_000RHcfeS51EbQXiIAxBzPvZ1Ww',
  name: 'Oslo Cycles',
  accessToken: 'act.one',
  refreshToken: 'rft.one',
};
export const PINTEREST: SandboxAccount = {
  ...base,
  platform: 'pinterest',
  accountId: '2783136121146311751',
  name: 'Oslo Cycles',
  accessToken: 'pina_one',
  refreshToken: 'pinr_one',
};
export const THREADS: SandboxAccount = {
  ...base,
  platform: 'threads',
  accountId: '25890000000000001',
  name: 'Oslo Cycles',
  accessToken: 'THAAone',
};
