import type { SandboxAccount } from './account.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { withoutRefused } from './profile.js';
import type { Reply, SandboxRequest } from './reply.js';
import { pick } from './values.js';
import type { World } from './world.js';

const REQUESTS = 300;
const PERIOD_MS = 300_000;

/** `/api/…` of a Mastodon server that knows the accounts of all others. */
export function answerMastodon(request: SandboxRequest, world: World): Reply {
  const reply = answer(request, world);
  const isThrottled = reply.status === 429;
  const now = world.now();
  // There is no Retry-After, and the end of the period is written with microseconds.
  const reset = new Date(now + PERIOD_MS - (now % PERIOD_MS)).toISOString().replace('Z', '000Z');
  const headers = {
    'x-ratelimit-limit': String(REQUESTS),
    'x-ratelimit-remaining': isThrottled ? '0' : String(REQUESTS - 1),
    'x-ratelimit-reset': reset,
  };
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

function answer(request: SandboxRequest, world: World): Reply {
  if (request.path !== '/api/v1/accounts/lookup') {
    return { status: 404, body: { error: 'Record not found' }, unexpected: true };
  }
  const acct = request.query.get('acct')?.trim().replace(/^@/, '').toLowerCase() ?? '';
  const account = world.account('mastodon', acct);
  if (account === undefined) return { status: 404, body: { error: 'Record not found' } };
  const { accountId } = account;
  const fault = faultReply(account, world, REFUSALS);
  if (fault) return { ...fault, accountId };
  return { ...distorted(account, world, { status: 200, body: entity(account, world) }), accountId };
}

/** The entity Account. Its `acct` has no server on the account's own. */
function entity(account: SandboxAccount, world: World): object {
  const [username = '', server = ''] = account.accountId.split('@');
  const counts = { followers_count: account.followers, following_count: 180, statuses_count: 321 };
  return {
    id: String(pick(account.accountId, 1, 9e8)),
    username,
    acct: account.accountId,
    display_name: account.name,
    locked: false,
    bot: false,
    discoverable: null,
    group: false,
    created_at: '2022-11-05T00:00:00.000Z',
    note: '',
    url: `https://${server}/@${username}`,
    ...withoutRefused(account, world, counts),
    last_status_at: '2026-01-01',
    emojis: [],
    fields: [],
  };
}

const error = (status: number, words: string): Reply => ({ status, body: { error: words } });

const REFUSALS: Refusals = {
  dead_token: () => error(401, 'The access token is invalid'),
  // In secure mode, and in limited federation.
  missing_permission: () => error(401, 'This method requires an authenticated user'),
  throttled: () => error(429, 'Too many requests'),
  server_error: () => error(500, 'There was an error processing this request'),
};
