import { DAY_MS } from './days.js';
import { graphError } from './graph.js';
import { SANDBOX_CREDENTIALS } from './oauth.js';
import { decoded, type Reply } from './reply.js';
import type { World } from './world.js';

const MOST_PARTS = 50;
/** From a consent on, an app may read data for so long. */
const ACCESS_DAYS = 90;

/** `POST /`: several requests in one, whose parts are answered as strings. The sandbox knows `debug_token` alone. */
export function answerBatch(form: URLSearchParams, world: World): Reply {
  const refusal = refuseApp(form.get('access_token') ?? '', world);
  if (refusal) return refusal;
  const parts = partsOf(form.get('batch') ?? '');
  if (parts === undefined || parts.length > MOST_PARTS) return graphError(100, '(#100) param batch must be an array.');
  const replies = parts.map((part) => answerPart(part, world));
  const accountId = replies.find((reply) => reply.accountId !== undefined)?.accountId;
  return {
    status: 200,
    body: replies.map(({ status, body }) => ({ code: status, body: JSON.stringify(body) })),
    ...(accountId !== undefined && { accountId }),
  };
}

/** An app's own token is its id and its secret. */
function refuseApp(token: string, world: World): Reply | undefined {
  const [id, secret = ''] = token.split('|');
  const isOurs = id === SANDBOX_CREDENTIALS.META_APP_ID && secret !== '' && secret === (world.metaAppSecret ?? secret);
  return isOurs ? undefined : graphError(190, 'Invalid OAuth access token signature.');
}

function partsOf(text: string): readonly { method?: unknown; relative_url?: unknown }[] | undefined {
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}

function answerPart(
  { method, relative_url: address }: { method?: unknown; relative_url?: unknown },
  world: World,
): Reply {
  const [, token] = /^debug_token\?input_token=([^&]+)$/.exec(String(address)) ?? [];
  if (method !== 'GET' || token === undefined) return graphError(2500, `Unknown path components: /${address}`);
  const [grant] = world.grants(decoded(token) ?? '').filter(({ kind }) => kind === 'user' || kind === 'page');
  if (grant === undefined || world.meets(grant.account, 'foreign_app')) {
    return graphError(100, '(#100) The App_id in the input_token did not match the Viewing App');
  }
  const { account, kind } = grant;
  const end =
    account.accessEndsAt === undefined ? world.now() + ACCESS_DAYS * DAY_MS : Date.parse(account.accessEndsAt);
  const data = {
    app_id: SANDBOX_CREDENTIALS.META_APP_ID,
    type: kind === 'page' ? 'PAGE' : 'USER',
    application: 'Sandbox',
    data_access_expires_at: Math.floor(end / 1_000),
    expires_at: 0,
    is_valid: true,
    scopes: ['read_insights', 'public_profile'],
    profile_id: account.accountId,
  };
  return { status: 200, body: { data }, accountId: account.accountId };
}
