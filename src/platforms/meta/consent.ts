import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { ConsentedAccount, ConsentFlow } from '../consent.js';
import { list, whatIsWrong } from '../shared/shape.js';
import { type Graph, type MetaSettings, openGraph } from './graph.js';
import { longLivedToken } from './long-lived.js';

const API = 'Facebook login';
const LIMIT = '100';
/** More would be a mistake in the paging. */
const MOST_ANSWERS = 50;

const permissions = z.object({ data: list(z.object({ permission: z.string(), status: z.string() }), 1_000) });
const pages = z.object({
  data: list(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      access_token: z.string().min(1).optional(),
      tasks: list(z.string(), 100).optional(),
      instagram_business_account: z.object({ id: z.string(), username: z.string().optional() }).optional(),
    }),
    1_000,
  ),
  paging: z.object({ cursors: z.object({ after: z.string() }).optional(), next: z.string().optional() }).optional(),
});

type Page = z.infer<typeof pages>['data'][number];

export interface MetaConsent {
  readonly settings: MetaSettings;
  /** In addition to the scopes that list the Pages. */
  readonly scopes: readonly string[];
  readonly whenNone: string;
  readonly howToRegister?: string;
  /** The account that the Page's own token opens; null if there is none. */
  accountOf(page: Page): Pick<ConsentedAccount, 'accountId' | 'accountName'> | null;
}

/**
 * The Facebook login. Redirect addresses are in the app's settings and https, except http://localhost while the app is in development:
 * https://developers.facebook.com/blog/post/2018/06/08/enforce-https-facebook-login/. A Page that belongs to a Business is listed
 * only with `business_management`.
 */
export function metaConsent({
  settings,
  whenNone,
  howToRegister = 'Create a Meta app with the Facebook login, and set META_APP_ID and META_APP_SECRET.',
  accountOf,
  ...own
}: MetaConsent): ConsentFlow {
  const scopes = ['pages_show_list', 'pages_read_engagement', 'business_management', ...own.scopes];
  return {
    provider: 'Facebook',
    clientId: { variable: 'META_APP_ID', value: settings.appId },
    clientSecret: { variable: 'META_APP_SECRET', value: settings.appSecret },
    howToRegister,
    authorizationUrl: `${settings.loginUrl}/${settings.version}/dialog/oauth`,
    scopes,
    pkce: false,
    redirects: 'registered',
    tokenUrl: tokenUrl(settings),
    whenNone,

    async accounts({ accessToken }, context) {
      const parameters = {
        grant_type: 'fb_exchange_token',
        client_id: settings.appId ?? '',
        client_secret: settings.appSecret ?? '',
        fb_exchange_token: accessToken,
      };
      // Only with a long-lived token do the Pages' tokens have no end.
      const { accessToken: token } = await longLivedToken({ api: API, url: tokenUrl(settings), parameters }, context);
      const graph = openGraph({ api: API, permissions: scopes.join(', '), settings, token, ...context });
      await expectPermissions(graph, scopes);
      const found = await ownPages(graph);
      return found.flatMap((page) => {
        const { access_token: accessToken, tasks = [] } = page;
        const account = accountOf(page);
        if (account === null) return [];
        if (accessToken !== undefined && tasks.includes('ANALYZE')) {
          return { ...account, accessToken, refreshToken: null, tokenExpiresAt: null };
        }
        context.warn(
          `the Page ${page.id} is left out: the person who consented may not see its insights (task ANALYZE)`,
        );
        return [];
      });
    },
  };
}

function tokenUrl({ graphUrl, version }: MetaSettings): string {
  return `${graphUrl}/${version}/oauth/access_token`;
}

/** The answer to a code does not say which permissions people have unticked. */
async function expectPermissions(graph: Graph, scopes: readonly string[]): Promise<void> {
  const { data } = read(permissions, await graph.own('/permissions', {}));
  const granted = data.flatMap(({ permission, status }) => (status === 'granted' ? permission : []));
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return;
  throw new PlatformError('missing_permission', `the consent lacks ${missing.join(' and ')}`, 'connection');
}

async function ownPages(graph: Graph): Promise<Page[]> {
  const found: Page[] = [];
  let after: string | undefined;
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const { data, paging } = read(
      pages,
      await graph.own('/accounts', {
        fields: 'id,name,access_token,tasks,instagram_business_account{id,username}',
        limit: LIMIT,
        ...(after !== undefined && { after }),
      }),
    );
    found.push(...data);
    after = paging?.cursors?.after;
    // The `next` address contains the token, so it is not used.
    if (paging?.next === undefined || after === undefined) break;
  }
  return found;
}

function read<T>(shape: z.ZodType<T>, json: unknown): T {
  const { success, data, error } = shape.safeParse(json);
  if (success) return data;
  throw new PlatformError('unexpected_response', `the answer has an unexpected form: ${whatIsWrong(error)}`);
}
