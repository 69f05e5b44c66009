import { createHmac } from 'node:crypto';
import type { FaultOf, SandboxAccount } from './account.js';
import { pacificDayAt } from './days.js';
import { pageFields, pageInsights } from './facebook.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { graphDay, graphError, PAGED_MARK, paging } from './graph.js';
import { instagramFields, instagramInsights } from './instagram.js';
import { listPages, listPermissions, tokenOf } from './meta-login.js';
import { lengthenInstagram } from './own-login.js';
import { bearerToken, decoded, type Reply, type SandboxRequest } from './reply.js';
import { graphVersions } from './versions.js';
import type { Grant, GraphNode, World } from './world.js';

/** graph.facebook.com (`meta`) and graph.instagram.com (`instagram`). */
export function answerGraph(request: SandboxRequest, world: World): Reply {
  if (request.query.has('access_token')) world.counters.tokensInUrl += 1;
  if (request.query.has(PAGED_MARK)) world.counters.pagingFollowed += 1;
  if (request.api === 'instagram' && request.path === '/access_token') return lengthenInstagram(request, world);
  if (request.api === 'instagram' && request.path === '/refresh_access_token') return renewed(request, world);
  const [, versionText, rest = ''] = /^\/v(\d+)\.0(\/.*)$/.exec(request.path) ?? [];
  const { oldest, newest } = graphVersions(world.now());
  if (versionText === undefined || Number(versionText) > newest) {
    const reply = graphError(2500, `Unknown path components: ${rest || request.path}`);
    return versionText === undefined ? { ...reply, status: 404, unexpected: true } : reply;
  }
  // An expired version is not refused: the oldest supported one answers instead.
  const version = Math.max(Number(versionText), oldest);
  const reply = answerVersioned(request, rest, version, world);
  return { ...reply, headers: { 'facebook-api-version': `v${version}.0`, ...reply.headers } };
}

/** A day old at least, as far as the sandbox knows: it keeps no ages. */
function renewed(request: SandboxRequest, world: World): Reply {
  const token = bearerToken(request) ?? request.query.get('access_token') ?? '';
  const [grant] = world.grants(token).filter((each) => opensHost(each, request.api));
  if (grant === undefined || world.meets(grant.account, 'dead_token')) {
    return graphError(190, 'Error validating access token: Session has expired');
  }
  if (request.query.get('grant_type') !== 'ig_refresh_token') return graphError(100, 'Invalid grant_type');
  const { account } = grant;
  const body = { access_token: world.issueToken(account), token_type: 'bearer', expires_in: 5_184_000 };
  return { status: 200, body, accountId: account.accountId };
}

function answerVersioned(request: SandboxRequest, path: string, version: number, world: World): Reply {
  if (path === '/oauth/access_token' && request.api === 'meta') return tokenOf(request, world);
  const token = bearerToken(request) ?? request.query.get('access_token');
  if (!token) {
    return graphError(2500, 'An active access token must be used to query information about the current user.');
  }
  const refusal = refuseProof(request, token, world);
  if (refusal) return refusal;

  const consented = world.consented(token);
  if (consented && path === '/me/accounts') return listPages(request, consented);
  if (consented && path === '/me/permissions') return listPermissions(consented);
  const grants = world.grants(token).filter((grant) => opensHost(grant, request.api));
  const [, rawId = '', edge] = /^\/([^/]+)(?:\/([^/]+))?\/?$/.exec(path) ?? [];
  const first = grants[0];
  if (!first) return graphError(190, 'Invalid OAuth access token - Cannot parse access token');
  const id = decoded(rawId) === 'me' ? first.account.accountId : decoded(rawId);
  const node = id === undefined ? undefined : world.nodes.get(id);
  const grant = node && grants.find((candidate) => sees(candidate, node));
  const account = (grant ?? first).account;
  if (world.meets(account, 'foreign_app')) return { ...invalidProof(), accountId: account.accountId };
  const fault = faultReply(account, world, graphRefusals(account, world.now()));
  if (fault) return { ...fault, accountId: account.accountId };
  if (request.method !== 'GET' || id === undefined || (edge !== undefined && edge !== 'insights')) {
    return { ...graphError(2500, `Unknown path components: ${path}`, { status: 404 }), unexpected: true };
  }
  if (!node || !grant) return { ...notVisible(id), accountId: account.accountId };

  const reply = edge ? insights(request, node, grant, token, version, world) : fields(request, node, world);
  return { ...distorted(account, world, reply), headers: usageHeaders(account), accountId: account.accountId };
}

function opensHost(grant: Grant, api: SandboxRequest['api']): boolean {
  return grant.kind !== 'bearer' && (grant.kind === 'instagram') === (api === 'instagram');
}

/** A token can read its own account. A Page's can also read the connected Instagram account, and an Instagram user's the Page. */
function sees(grant: Grant, node: GraphNode): boolean {
  const { account, kind } = grant;
  if (node.kind === 'page') return node.facebook === account || (kind === 'user' && node.instagram === account);
  return node.account === account || (account.platform === 'facebook' && node.account.pageId === account.accountId);
}

function fields(request: SandboxRequest, node: GraphNode, world: World): Reply {
  const wanted = request.query.get('fields') ?? '';
  if (node.kind === 'page') return pageFields(node, wanted);
  const host = request.api === 'instagram' ? 'instagram' : 'meta';
  return world.meets(node.account, 'few_followers')
    ? instagramFields({ ...node.account, followers: 36 }, wanted, host)
    : instagramFields(node.account, wanted, host);
}

function insights(
  request: SandboxRequest,
  node: GraphNode,
  grant: Grant,
  token: string,
  version: number,
  world: World,
): Reply {
  const reply =
    node.kind === 'page'
      ? pageInsights(node, request.query, grant.kind, world)
      : instagramInsights(node.account, request.query, version, world);
  if (reply.status !== 200 || typeof reply.body !== 'object') return reply;
  const since = Number(request.query.get('since')) * 1000 || world.now();
  const until = Number(request.query.get('until')) * 1000 || world.now();
  return { ...reply, body: { ...reply.body, paging: paging(request, token, since, until) } };
}

function notVisible(id: string): Reply {
  return graphError(
    100,
    `Unsupported get request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
    { type: 'GraphMethodException', subcode: 33 },
  );
}

/** Requests to graph.instagram.com are signed with another secret, which the sandbox does not know and does not check. */
function refuseProof(request: SandboxRequest, token: string, world: World): Reply | undefined {
  if (world.metaAppSecret === undefined || request.api !== 'meta') return undefined;
  const proof = request.query.get('appsecret_proof');
  if (proof === null) return graphError(100, 'API calls from the server require an appsecret_proof argument', PROOF);
  if (proof === createHmac('sha256', world.metaAppSecret).update(token).digest('hex')) return undefined;
  return invalidProof();
}

const PROOF = { type: 'GraphMethodException' };

function invalidProof(): Reply {
  return graphError(100, 'Invalid appsecret_proof provided in the API argument', PROOF);
}

/** Usage of the app and the account, as percentages of their limits. */
function usageHeaders(account: SandboxAccount, percent = { app: 1, account: 1 }): Record<string, string> {
  const type = account.platform === 'instagram' ? 'instagram' : 'pages';
  const wait = percent.account >= 100 ? 19 : 0;
  const usage = (calls: number) => `"call_count":${calls},"total_cputime":1,"total_time":1`;
  return {
    'x-app-usage': `{${usage(percent.app)}}`,
    'x-business-use-case-usage': `{"${account.accountId}":[{"type":"${type}",${usage(percent.account)},"estimated_time_to_regain_access":${wait}}]}`,
  };
}

const THROTTLED_MESSAGES: Readonly<Record<number, string>> = {
  4: '(#4) Application request limit reached',
  17: '(#17) User request limit reached',
  32: '(#32) Page request limit reached',
  613: '(#613) Calls to this api have exceeded the rate limit.',
  80001: '(#80001) There have been too many calls to this Page account. Wait a bit and try again.',
  80002: '(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.',
};

function graphRefusals(account: SandboxAccount, now: number): Refusals {
  return {
    dead_token: (fault) =>
      graphError(190, `Error validating access token: Session has expired on ${graphDay(pacificDayAt(now))}.`, {
        subcode: fault.subcode ?? 463,
      }),
    missing_permission: () => graphError(10, '(#10) Application does not have permission for this action'),
    throttled: (fault) => throttled(fault, account),
    server_error: ({ code = 2 }) =>
      code === 2
        ? graphError(2, '(#2) Service temporarily unavailable', { status: 500, transient: true })
        : graphError(1, 'An unknown error occurred', { status: 500 }),
  };
}

function throttled(fault: FaultOf<'throttled'>, account: SandboxAccount): Reply {
  const code = fault.code ?? (account.platform === 'instagram' ? 80002 : 80001);
  return graphError(code, THROTTLED_MESSAGES[code] ?? `(#${code}) Rate limit reached`, {
    ...(code === 17 && { subcode: 2446079, transient: true }),
    headers: usageHeaders(account, code === 4 ? { app: 100, account: 1 } : { app: 1, account: 100 }),
  });
}
