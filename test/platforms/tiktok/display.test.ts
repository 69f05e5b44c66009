import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { tiktok } from '../../../src/platforms/tiktok/tiktok.js';
import type { Fault, SandboxAccount } from '../../../src/sandbox/account.js';
import { SANDBOX_DISPLAY_APP } from '../../../src/sandbox/oauth.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { type CollectingOptions, collecting } from '../../conformance/collecting.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const connected: SandboxAccount = { ...EXPECTED.tiktok.account, kind: 'display' };
const TOTALS = { follower_count: 1_000, following_count: 12, likes_count: 207_996, video_count: 321 };
const LAST_ENDED = '2026-11-21';
const environment = {
  ...SANDBOX_DISPLAY_APP,
  TIKTOK_BUSINESS_CLIENT_ID: undefined,
  TIKTOK_BUSINESS_CLIENT_SECRET: undefined,
};

const collect = (account: Partial<SandboxAccount> = {}, options: CollectingOptions = {}) =>
  collecting({ ...connected, ...account }, { environment, ...options });
const withFault = (fault: Fault) => collect({ fault });

it('settles the last ended day with its totals, and has no other days', async () => {
  const { days, warnings, requests, sandbox } = await collect();
  expect(days.map(({ ended }) => ended).join(' ')).toBe('no_data no_data no_data no_data no_data no_data settled');
  expect(days.map(({ values }) => values)).toEqual([{}, {}, {}, {}, {}, {}, TOTALS]);
  expect(days[6]?.metadata.follower_count).toMatchObject({ period: 'lifetime', settled: true, unit: 'accounts' });
  expect([warnings, requests]).toEqual([[], { total: 1, retried: 0 }]);
  expect(sandbox.counters).toMatchObject({ unexpected: 0, tokensInUrl: 0 });
});

describe('with a fault, it behaves as all platforms do:', () => {
  it.each<[Fault, string, number]>([
    [{ kind: 'dead_token' }, 'failed needs_reconnect', 2],
    [{ kind: 'missing_permission' }, 'skipped missing_permission', 1],
    [{ kind: 'html' }, 'failed unexpected_response', 4],
    [{ kind: 'truncated_json' }, 'failed unexpected_response', 4],
    [{ kind: 'wrong_types' }, 'failed unexpected_response', 1],
    [{ kind: 'error_in_200' }, 'failed platform_error', 4],
    [{ kind: 'server_error' }, 'failed platform_error', 4],
  ])('%j', async (fault, ended, requests) => {
    const { days, requests: sent } = await withFault(fault);
    expect(new Set(days.map((day) => day.ended))).toEqual(new Set([ended]));
    expect(days.flatMap(({ values }) => Object.keys(values))).toEqual([]);
    expect(sent.total).toBe(requests);
  });

  it.each<Fault>([
    { kind: 'unknown_fields' },
    { kind: 'numbers_as_strings' },
    { kind: 'html', times: 1 },
    { kind: 'error_in_200', times: 1 },
    { kind: 'expired_token' },
  ])('recovers from %j', async (fault) => {
    const { days } = await withFault(fault);
    expect(days.at(-1)).toMatchObject({ ended: 'settled', values: TOTALS });
  });
});

const at = (url: string) =>
  tiktok({
    loginUrl: '',
    accounts: { url: 'http://127.0.0.1:1', clientId: null, clientSecret: null },
    display: { url, clientId: 'key', clientSecret: 'secret' },
  });
const ACCOUNT = { accountId: connected.accountId, accessToken: 'act.one', refreshToken: null, tokenExpiresAt: null };
const answered = async (answer: Answer) => {
  const { url } = await serveApi(() => answer);
  return at(url)
    .collect(ACCOUNT, [dayOf(LAST_ENDED, 'UTC')], lentContext(NOON, LAST_ENDED).context)
    .catch((error: unknown) => error);
};
const user = (fields: object): Answer => [200, { data: { user: fields }, error: { code: 'ok', message: '' } }];

it('stores no figures of another account', async () => {
  expect(await answered(user({ open_id: 'other', follower_count: 5 }))).toMatchObject({
    reason: 'configuration',
    message: expect.stringContaining('correct the account id'),
  });
});

it('stores no figures that TikTok does not give', async () => {
  expect(await answered(user({ follower_count: 5, likes_count: null }))).toMatchObject({
    closing: [{ metric: 'follower_count', value: 5 }],
  });
});

it.each<[string, Answer, object]>([
  [
    'a missing scope, with the status of an invalid token',
    [401, { error: { code: 'scope_not_authorized', message: 'no' } }],
    { reason: 'missing_permission', message: expect.stringContaining('allow user.info.basic and user.info.stats') },
  ],
  [
    'an invalid token',
    [401, { error: { code: 'access_token_invalid', message: 'no' } }],
    { reason: 'needs_reconnect' },
  ],
  ['too many requests', [429, { error: { code: 'rate_limit_exceeded' } }], { reason: 'throttled' }],
  ['too many requests, without a word', [429, ''], { reason: 'throttled' }],
  ['an unknown error', [400, { error: { code: 'invalid_params', message: 'no' } }], { reason: 'unexpected_response' }],
  ['success with the status of a failure', [500, { data: {}, error: { code: 'ok' } }], { reason: 'platform_error' }],
  ['success without a user', [200, { data: {}, error: { code: 'ok' } }], { reason: 'unexpected_response' }],
])('recognizes %s', async (_what, answer, expected) => {
  expect(await answered(answer)).toMatchObject(expected);
});
