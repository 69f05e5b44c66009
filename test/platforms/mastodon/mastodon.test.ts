import dns from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import type { HttpRequest } from '../../../src/http/http.js';
import { judgeMastodon } from '../../../src/platforms/mastodon/errors.js';
import { mastodon } from '../../../src/platforms/mastodon/mastodon.js';
import { EXPECTED } from '../../conformance/accounts.js';
import { checking, collecting } from '../../conformance/collecting.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const { account } = EXPECTED.mastodon;
const NOW = new Date('2026-11-22T12:00:00Z');
const TODAY = dayOf('2026-11-22', 'UTC');
const stored = (accountId: string) => ({ accountId, accessToken: '', refreshToken: null, tokenExpiresAt: null });

afterEach(() => vi.restoreAllMocks());

/** Names stand for these addresses; no other name stands for any. */
function resolving(addresses: Readonly<Record<string, string>>): void {
  const lookup = (host: string, _options: object, done: (error: Error | null, found: dns.LookupAddress[]) => void) => {
    const address = addresses[host];
    if (address === undefined) done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    else done(null, [{ address, family: 4 }]);
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
}

/** The request that an account would cause, which is not sent. */
async function requestFor(accountId: string, apiUrl: string | null = null): Promise<HttpRequest | undefined> {
  const sent: HttpRequest[] = [];
  const { context } = lentContext(NOW);
  const http = {
    async ask(request: HttpRequest): Promise<never> {
      sent.push(request);
      throw new Error('not sent');
    },
  };
  await mastodon({ apiUrl })
    .check(stored(accountId), { ...context, http })
    .catch(() => undefined);
  return sent[0];
}

async function collected(...answer: Answer) {
  const { url } = await serveApi(() => answer);
  const { context, counters, now } = lentContext(NOW, '2026-11-21');
  return { result: mastodon({ apiUrl: url }).collect(stored(account.accountId), [TODAY], context), counters, now };
}

describe('the server that an account names', () => {
  it.each([
    ['ana@mastodon.example', 'https://mastodon.example/api/v1/accounts/lookup?acct=ana'],
    ['Ana.B-c_1@Social.Example', 'https://social.example/api/v1/accounts/lookup?acct=Ana.B-c_1'],
    ['ana@münchen.example', 'https://xn--mnchen-3ya.example/api/v1/accounts/lookup?acct=ana'],
    ['ana@xn--mnchen-3ya.example', 'https://xn--mnchen-3ya.example/api/v1/accounts/lookup?acct=ana'],
  ])('is asked for %s over https, by its own user name, and only if it is public', async (accountId, url) => {
    const request = await requestFor(accountId);
    expect(request).toMatchObject({ publicOnly: true, headers: {}, api: new URL(url).host });
    expect(request?.url.href).toBe(url);
  });

  it.each([
    ...['ana', '@ana', '@ana@mastodon.example', 'ana@', '@mastodon.example', 'ana@one@two.example', ''],
    ...['ana@localhost', 'ana@intranet', 'ana@127.0.0.1', 'ana@[::1]', 'ana@2130706433', 'ana@0x7f.1', 'ana@1.1.1.1'],
    ...[
      'ana@１２７.0.0.1',
      'ana@127。0。0。1',
      'ana@mastodon.example:8080',
      'ana@mastodon.example/x',
      'ana@mastodon.example?x',
    ],
    ...[
      'ana@mastodon.example#x',
      'ana@mastodon.example\\x',
      'ana@%31%32%37.0.0.1',
      'ana@ mastodon.example',
      'ana:b@mastodon.example',
    ],
    ...['ana@mastodon.example.', 'ana@-a.example', 'ana@a..example', 'ana@xn--a.example', 'a/../b@mastodon.example'],
    ...[
      'ana@mastodon.example\nx',
      'ana@a_b.example',
      `ana@${'a'.repeat(64)}.example`,
      `ana@${'a.'.repeat(130)}example`,
    ],
  ])('is not asked for "%s"', async (accountId) => {
    expect(await requestFor(accountId)).toBeUndefined();
    const { answer, requests } = await checking({ ...account, accountId });
    await expect(answer).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('the account id is not user@server'),
    });
    expect(requests.total).toBe(0);
  });

  it('is not asked if MASTODON_API_URL names another, which may be on this machine', async () => {
    const request = await requestFor('ana@mastodon.example', 'http://127.0.0.1:8080/mastodon');
    expect(request?.url.href).toBe('http://127.0.0.1:8080/mastodon/api/v1/accounts/lookup?acct=ana%40mastodon.example');
    expect(request).not.toHaveProperty('publicOnly');
    expect(request).not.toHaveProperty('api');
  });

  it('is not asked if its name leads to this machine', async () => {
    resolving({ 'mastodon.example': '127.0.0.1' });
    const { context, counters } = lentContext(NOW);
    await expect(mastodon({ apiUrl: null }).check(stored('ana@mastodon.example'), context)).rejects.toMatchObject({
      reason: 'configuration',
      message: 'mastodon.example has no public address, so it is not asked',
    });
    expect(counters).toEqual({ total: 1, retried: 0 });
  });

  it('does not delay the accounts of other servers if it is gone', async () => {
    resolving({ 'other.example': '10.0.0.1' });
    const { client, context, warnings, counters } = lentContext(NOW);
    const asking = (id: string) =>
      mastodon({ apiUrl: null }).check(stored(id), { ...context, http: client.lane('mastodon', id) });
    for (const user of ['ana', 'bo', 'cy'])
      await expect(asking(`${user}@gone.example`)).rejects.toThrow(
        'cannot reach gone.example (ENOTFOUND); if this server is gone for good, remove the connection',
      );
    expect(warnings).toEqual([expect.stringContaining('gone.example is down')]);
    const sent = counters.total;
    await expect(asking('di@gone.example')).rejects.toThrow('gone.example is down');
    expect(counters.total).toBe(sent);
    // It is asked: what its name stands for was looked up.
    await expect(asking('di@other.example')).rejects.toThrow('other.example has no public address');
  });
});

it('collects without a token, and stores what the server gives', async () => {
  const { days, sandbox } = await collecting(account);
  expect(days).toMatchObject([{ ended: 'settled', values: EXPECTED.mastodon.closing }]);
  expect(sandbox.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

it('has no value for followers that the server hides', async () => {
  const { result } = await collected(200, { followers_count: -1, following_count: 2, statuses_count: 0 });
  expect((await result).closing).toEqual([
    { metric: 'follows_count', value: 2 },
    { metric: 'posts_count', value: 0 },
  ]);
});

describe('an account that cannot be collected fails at once, and the message says what to do:', () => {
  const GONE = { error: 'Record not found' };
  it.each<[string, Answer, string, RegExp]>([
    [
      'an unknown one',
      [404, GONE],
      'configuration',
      /has no such account: Record not found \(HTTP 404\); correct the account id/,
    ],
    [
      'a server without the API',
      [404, 'no'],
      'configuration',
      /or is no Mastodon server: HTTP 404; correct the account id/,
    ],
    [
      'a server of another name',
      [301, {}, { location: 'https://other.example/' }],
      'configuration',
      /redirects elsewhere/,
    ],
    [
      'a server that shows nothing to the public',
      [401, { error: 'This method requires an authenticated user' }],
      'missing_permission',
      /only to those who are logged in: This method requires .*administrators can allow it/,
    ],
    ['a server that refuses this machine', [403, 'no'], 'missing_permission', /HTTP 403; its administrators/],
    [
      'a suspended one',
      [200, { suspended: true, followers_count: 0 }],
      'missing_permission',
      /has suspended the account/,
    ],
    ['one suspended by older software', [410, ''], 'missing_permission', /has suspended the account/],
  ])('%s', async (_what, answer, reason, fix) => {
    const { result, counters } = await collected(...answer);
    await expect(result).rejects.toMatchObject({ reason, scope: 'connection', message: expect.stringMatching(fix) });
    expect(counters.total).toBe(1);
  });
});

it('retries a server that has a problem of its own, and names it', async () => {
  const { result, counters } = await collected(503, 'maintenance');
  await expect(result).rejects.toMatchObject({
    reason: 'platform_error',
    message: expect.stringMatching(/^127\.0\.0\.1:\d+: HTTP 503$/),
  });
  expect(counters.retried).toBe(3);
});

it('pauses for a server until its limit is over, or for a minute if it does not say when', () => {
  const answer = (headers: Readonly<Record<string, string>>) => ({
    status: 429,
    headers,
    json: { error: 'Too many requests' },
  });
  const judged = (headers: Readonly<Record<string, string>>) => judgeMastodon(answer(headers), 'mastodon.example', NOW);
  expect(judged({ 'x-ratelimit-reset': '2026-11-22T12:04:00.123456Z' })).toMatchObject({ kind: 'rest', ms: 240_123 });
  for (const headers of [{}, { 'x-ratelimit-reset': 'soon' }, { 'x-ratelimit-reset': '2026-11-22T11:00:00Z' }])
    expect(judged(headers)).toMatchObject({ kind: 'rest', ms: 60_000 });
});

it('reads a number that is no number as an unexpected answer, however it is built', async () => {
  const { result } = await collected(200, { id: '1', acct: 'ana', followers_count: { toString: {} } });
  await expect(result).rejects.toMatchObject({ reason: 'unexpected_response' });
});
