import { describe, expect, it } from 'vitest';
import { bluesky } from '../../../src/platforms/bluesky/bluesky.js';
import { judgeBluesky } from '../../../src/platforms/bluesky/errors.js';
import { EXPECTED } from '../../conformance/accounts.js';
import { checking, collecting } from '../../conformance/collecting.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const { account } = EXPECTED.bluesky;
const NOW = new Date('2026-11-22T12:00:00Z');

async function checked(answer: Answer) {
  const { url, requests } = await serveApi(() => answer);
  const { context, counters } = lentContext(NOW);
  const tokens = { accountId: account.accountId, accessToken: '', refreshToken: null, tokenExpiresAt: null };
  return { answered: bluesky({ apiUrl: url }).check(tokens, context), requests, counters };
}

it.each(['did:plc:ewvi7nxzyoun6zhxrhs64oiz', 'oslo-cycles.bsky.social', 'Oslo.Example.com'])(
  'collects and checks %s, without a token',
  async (accountId) => {
    const named = { ...account, accountId: accountId.toLowerCase() };
    const { days, sandbox } = await collecting({ ...named, connectedAs: accountId });
    expect(days).toMatchObject([{ ended: 'settled', values: EXPECTED.bluesky.closing }]);
    expect(sandbox.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(sandbox.requests[0]?.query.get('actor')).toBe(accountId);
    await expect((await checking(named)).answer).resolves.toHaveProperty('accountName');
  },
);

it.each([
  '@oslo.bsky.social',
  'oslo',
  'did:plc',
  'a b.example',
  'oslo.bsky.social/x',
  'oslo.bsky.social?x=1',
  '127.0.0.1',
  '',
])('sends no request for the account id "%s", and says what one looks like', async (accountId) => {
  const { answer, requests } = await checking({ ...account, accountId });
  await expect(answer).rejects.toMatchObject({
    reason: 'configuration',
    message: expect.stringContaining('neither a handle (name.bsky.social, without @) nor a DID'),
  });
  expect(requests.total).toBe(0);
});

describe('an account that cannot be collected fails at once, and the message says what to do:', () => {
  it.each([
    ['InvalidRequest', 'Profile not found', 'configuration', /no such account: correct the account id/],
    ['AccountTakedown', 'Account has been suspended', 'missing_permission', /appeal to Bluesky; otherwise remove/],
    ['AccountDeactivated', 'Account is deactivated', 'missing_permission', /only its owner can activate/],
  ])('%s', async (error, message, reason, fix) => {
    const { answered, counters } = await checked([400, { error, message }]);
    await expect(answered).rejects.toMatchObject({ reason, scope: 'connection', message: expect.stringMatching(fix) });
    await expect(answered).rejects.toThrow(`${message} (HTTP 400 ${error})`);
    expect(counters.total).toBe(1);
  });
});

it('retries when the network behind Bluesky fails', async () => {
  const { answered, counters } = await checked([502, { error: 'UpstreamFailure', message: 'no answer' }]);
  await expect(answered).rejects.toMatchObject({ reason: 'platform_error' });
  expect(counters.retried).toBe(3);
});

it('pauses until the limit is over, or for a minute if the API does not say when', () => {
  const answer = (headers: Readonly<Record<string, string>>) => ({
    status: 429,
    headers,
    json: { error: 'RateLimitExceeded', message: 'Rate Limit Exceeded' },
  });
  const reset = String(NOW.getTime() / 1_000 + 240);
  expect(judgeBluesky(answer({ 'ratelimit-reset': reset }), NOW)).toMatchObject({ kind: 'rest', ms: 240_000 });
  for (const headers of [{}, { 'ratelimit-reset': '0' }, { 'ratelimit-reset': 'soon' }])
    expect(judgeBluesky(answer(headers), NOW)).toMatchObject({ kind: 'rest', ms: 60_000 });
});

it('is named by its handle', async () => {
  const { answered } = await checked([200, { did: account.accountId, handle: 'oslo.bsky.social', followersCount: 1 }]);
  await expect(answered).resolves.toEqual({ accountName: 'oslo.bsky.social' });
});
