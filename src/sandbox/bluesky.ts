import type { SandboxAccount } from './account.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { withoutRefused } from './profile.js';
import type { Reply, SandboxRequest } from './reply.js';
import { pick } from './values.js';
import type { World } from './world.js';

const DID = /^did:[a-z]+:[\w.:%-]+$/;
const HANDLE = /^([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}$/i;

/** `/xrpc/…` of public.api.bsky.app. */
export function answerBluesky(request: SandboxRequest, world: World): Reply {
  if (request.path !== '/xrpc/app.bsky.actor.getProfile') {
    return { ...xrpcError(501, 'MethodNotImplemented', 'Method Not Implemented'), unexpected: true };
  }
  const actor = request.query.get('actor');
  if (actor === null) return xrpcError(400, 'InvalidRequest', 'Error: Params must have the property "actor"');
  if (!DID.test(actor) && !HANDLE.test(actor)) {
    return xrpcError(400, 'InvalidRequest', 'Error: actor must be a valid did or a handle');
  }
  // A handle is not case-sensitive, a DID is.
  const account = world.account('bluesky', DID.test(actor) ? actor : actor.toLowerCase());
  if (account === undefined) return xrpcError(400, 'InvalidRequest', 'Profile not found');
  const { accountId } = account;
  const fault = faultReply(account, world, REFUSALS);
  if (fault) return { ...fault, accountId };
  return { ...distorted(account, world, { status: 200, body: profile(account, world) }), accountId };
}

/** Counts are optional in the lexicon, and the account may have neither a name nor a picture. */
function profile(account: SandboxAccount, world: World): object {
  const counts = { followersCount: account.followers, followsCount: 180, postsCount: 321 };
  return {
    did: DID.test(account.accountId)
      ? account.accountId
      : `did:plc:${String(pick(account.accountId, 1, 9e8)).padStart(24, 'a')}`,
    handle: HANDLE.test(account.accountId) ? account.accountId : 'sandbox.bsky.social',
    displayName: account.name,
    createdAt: '2024-02-06T16:00:00.000Z',
    indexedAt: '2026-01-01T00:00:00.000Z',
    labels: [],
    ...withoutRefused(account, world, counts),
  };
}

function xrpcError(status: number, error: string, message: string): Reply {
  return { status, body: { error, message } };
}

const REFUSALS: Refusals = {
  dead_token: () => xrpcError(400, 'ExpiredToken', 'Token has expired'),
  missing_permission: () => xrpcError(400, 'AccountDeactivated', 'Account is deactivated'),
  throttled: () => ({
    ...xrpcError(429, 'RateLimitExceeded', 'Rate Limit Exceeded'),
    headers: { 'ratelimit-limit': '3000', 'ratelimit-remaining': '0', 'ratelimit-policy': '3000;w=300' },
  }),
  server_error: () => xrpcError(500, 'InternalServerError', 'Internal Server Error'),
};
