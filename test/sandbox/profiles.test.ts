import { describe, expect, it } from 'vitest';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { ask, sandboxOf } from './ask.js';

const base = { userId: 'u1', name: 'Oslo Cycles', accessToken: '', followers: 1_000 };
const BLUESKY: SandboxAccount = { ...base, platform: 'bluesky', accountId: 'oslo.bsky.social' };
const MASTODON: SandboxAccount = { ...base, platform: 'mastodon', accountId: 'oslo@mastodon.example' };

async function get(path: string, account: SandboxAccount) {
  const { urls, counters } = await sandboxOf([account]);
  const base = account.platform === 'bluesky' ? urls.BLUESKY_API_URL : urls.MASTODON_API_URL;
  return { counters, ...(await ask(`${base}${path}`)) };
}

describe('Bluesky', () => {
  const profile = (actor: string, account = BLUESKY) => get(`/xrpc/app.bsky.actor.getProfile?actor=${actor}`, account);

  it('shows a profile to anyone, by a handle in any case', async () => {
    expect(await profile('Oslo.BSKY.social')).toMatchObject({
      status: 200,
      json: { handle: 'oslo.bsky.social', followersCount: 1_000, followsCount: 180, postsCount: 321 },
    });
  });

  it.each<[string, Promise<unknown>, object]>([
    ['an unknown handle', profile('nobody.bsky.social'), { error: 'InvalidRequest', message: 'Profile not found' }],
    ['an unknown DID', profile('did:plc:nobody'), { error: 'InvalidRequest', message: 'Profile not found' }],
    ['what is neither', profile('@oslo'), { message: 'Error: actor must be a valid did or a handle' }],
    [
      'a deactivated account',
      profile('oslo.bsky.social', { ...BLUESKY, fault: { kind: 'missing_permission' } }),
      { error: 'AccountDeactivated' },
    ],
  ])('answers %s with 400', async (_what, answer, json) => {
    expect(await answer).toMatchObject({ status: 400, json });
  });

  it('counts other addresses as mistakes', async () => {
    expect((await get('/xrpc/app.bsky.feed.getAuthorFeed', BLUESKY)).counters.unexpected).toBe(1);
  });
});

describe('Mastodon', () => {
  const lookup = (acct: string, account = MASTODON) => get(`/api/v1/accounts/lookup?acct=${acct}`, account);

  it('shows an account to anyone, and how many requests are left', async () => {
    const { status, json, headers } = await lookup('Oslo@Mastodon.example');
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { acct: 'oslo@mastodon.example', followers_count: 1_000, following_count: 180, statuses_count: 321 },
    });
    expect(headers.get('x-ratelimit-remaining')).toBe('299');
    expect(headers.get('x-ratelimit-reset')).toBe('2026-11-22T12:05:00.000000Z');
  });

  it.each<[string, Promise<unknown>, number, string]>([
    ['an unknown account', lookup('nobody@mastodon.example'), 404, 'Record not found'],
    [
      'the public, in secure mode,',
      lookup('oslo@mastodon.example', { ...MASTODON, fault: { kind: 'missing_permission' } }),
      401,
      'This method requires an authenticated user',
    ],
    [
      'too many requests',
      lookup('oslo@mastodon.example', { ...MASTODON, fault: { kind: 'throttled' } }),
      429,
      'Too many requests',
    ],
  ])('refuses %s', async (_what, answer, status, error) => {
    expect(await answer).toMatchObject({ status, json: { error } });
  });

  it('counts other addresses as mistakes', async () => {
    expect((await get('/api/v1/timelines/public', MASTODON)).counters.unexpected).toBe(1);
  });
});
