import type { SandboxAccount } from './account.js';
import { type Authorization, answerAuthorization, type Consented, redeemCode } from './consent.js';
import { graphError, pickFields } from './graph.js';
import { SANDBOX_CREDENTIALS } from './oauth.js';
import type { Reply, SandboxRequest } from './reply.js';
import type { World } from './world.js';

const TASKS = ['ANALYZE', 'ADVERTISE', 'MODERATE', 'CREATE_CONTENT', 'MANAGE'];
const HOUR_SECONDS = 3_600;
const SIXTY_DAYS_SECONDS = 5_183_944;

const AUTHORIZATION: Authorization = {
  provider: 'Facebook',
  path: /^\/v\d+\.0\/dialog\/oauth$/,
  // Accounts of Instagram's own login have an authorization server of their own.
  isOpened: ({ platform, accessToken }) =>
    platform === 'facebook' || (platform === 'instagram' && !accessToken.startsWith('IG')),
  clientId: SANDBOX_CREDENTIALS.META_APP_ID,
  opens: 'all',
  takes: 'localhost',
  denial: 'access_denied',
  fragment: '_=_',
};

/** `/v25.0/dialog/oauth` of www.facebook.com. */
export function answerFacebookLogin(request: SandboxRequest, world: World): Reply {
  if (AUTHORIZATION.path.test(request.path)) return answerAuthorization(request, world, AUTHORIZATION);
  return { ...graphError(2500, `Unknown path components: ${request.path}`, { status: 404 }), unexpected: true };
}

/** `/oauth/access_token` of graph.facebook.com: a token for a code, or a long-lived one for that. */
export function tokenOf(request: SandboxRequest, world: World): Reply {
  if (request.query.has('fb_exchange_token') || request.query.has('client_secret')) world.counters.tokensInUrl += 1;
  const form = request.method === 'POST' ? new URLSearchParams(request.body) : request.query;
  if (form.get('client_id') !== AUTHORIZATION.clientId) return graphError(101, 'Missing client_id parameter.');
  const secret = form.get('client_secret') ?? '';
  if (secret === '' || secret !== (world.metaAppSecret ?? secret))
    return graphError(1, 'Error validating client secret.');
  if (form.get('grant_type') === 'fb_exchange_token') {
    const consented = world.consented(form.get('fb_exchange_token') ?? '');
    if (!consented) return graphError(190, 'Invalid OAuth access token - Cannot parse access token');
    return given(world.issueConsented({ ...consented, isLongLived: true }, 'user'), SIXTY_DAYS_SECONDS);
  }
  const code = redeemCode(form, world, AUTHORIZATION.provider);
  if (typeof code === 'string') return graphError(100, 'This authorization code has been used.', { subcode: 36009 });
  return given(world.issueConsented(code, 'user'), HOUR_SECONDS);
}

function given(token: string, seconds: number): Reply {
  return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: seconds } };
}

/** `/me/accounts`: the Pages of whoever has consented, in pages of `limit`. */
export function listPages({ query }: SandboxRequest, consented: Consented): Reply {
  const pages = consented.scopes.includes('pages_show_list') ? pagesOf(consented) : [];
  const limit = Number(query.get('limit') ?? 25);
  const first = Number(query.get('after') ?? 0);
  const shown = pages.slice(first, first + limit);
  const picked = shown.map((page) => pickFields(query.get('fields') ?? 'id,name', 'Page', page));
  const refused = picked.find(({ status }) => status !== 200);
  if (refused) return refused;
  const after = String(first + shown.length);
  return {
    status: 200,
    body: {
      data: picked.map(({ body }) => body),
      ...(shown.length > 0 && {
        paging: {
          cursors: { before: String(first), after },
          // The real one holds the token, too.
          ...(first + limit < pages.length && {
            next: `https://graph.facebook.com/me/accounts?access_token=…&after=${after}`,
          }),
        },
      }),
    },
  };
}

/** `/me/permissions`. */
export function listPermissions({ scopes }: Consented): Reply {
  const data = scopes.map((permission) => ({ permission, status: 'granted' }));
  return { status: 200, body: { data: [...data, { permission: 'email', status: 'declined' }] } };
}

function pagesOf({ accounts, isLongLived }: Consented): Record<string, unknown>[] {
  const ids = new Set(accounts.map(pageIdOf).filter((id) => id !== undefined));
  return [...ids].map((id) => {
    const own = accounts.filter((account) => pageIdOf(account) === id);
    const page = own.find(({ platform }) => platform === 'facebook');
    const instagram = own.find(({ platform }) => platform === 'instagram');
    const token = page ? (page.pageToken ?? page.accessToken) : instagram?.accessToken;
    return {
      id,
      name: (page ?? instagram)?.name,
      // A Page's token from a short-lived one ends as early.
      access_token: isLongLived ? token : `${token}-short`,
      tasks: TASKS,
      instagram_business_account: instagram && { id: instagram.accountId, username: instagram.name },
    };
  });
}

function pageIdOf({ platform, accountId, pageId }: SandboxAccount): string | undefined {
  return platform === 'facebook' ? accountId : pageId;
}
