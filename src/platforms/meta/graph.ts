import { createHmac } from 'node:crypto';
import { PlatformError } from '../../errors.js';
import type { Http } from '../../http/http.js';
import { judgeGraph } from './errors.js';
import { restsIn } from './usage.js';

export interface MetaSettings {
  /** Base address of the Graph API, without a trailing slash. */
  readonly graphUrl: string;
  /** Base address of the Graph API for tokens of the Instagram login. */
  readonly instagramUrl: string;
  /** Base address of the Facebook login. */
  readonly loginUrl: string;
  /** `v25.0` */
  readonly version: string;
  readonly appId: string | null;
  readonly appSecret: string | null;
}

/** The parameters of a request's address. */
export type Query = Readonly<Record<string, string>>;

export interface Graph {
  /** For messages, and the key for refused metrics: `Instagram Graph API v25.0`. */
  readonly name: string;
  /** `GET /{version}/{id}{edge}`. Throws `GraphError`, `PlatformError`, `Interrupted`. */
  get(id: string, edge: '' | '/insights', query: Query): Promise<unknown>;
  /** `GET /{version}/me{edge}`: about the owner of the token, such as Pages and permissions. Throws likewise. */
  own(edge: '' | '/accounts' | '/permissions', query: Query): Promise<unknown>;
}

export interface GraphAccess {
  /** For messages, and the key for limits, which are separate for platforms at the same host: `Instagram Graph API`. */
  readonly api: string;
  /** What the user has to grant, for messages. */
  readonly permissions: string;
  readonly settings: MetaSettings;
  readonly token: string;
  readonly http: Http;
  readonly warn: (message: string) => void;
}

/**
 * The Graph API, called with one token. Tokens of the Instagram login begin with `IG` and are valid only at their own host.
 * The token is sent in the `Authorization` header, never in the URL.
 */
export function openGraph({ api, permissions, settings, token, http, warn }: GraphAccess): Graph {
  const base = isInstagramLogin(token) ? settings.instagramUrl : settings.graphUrl;
  const ask = (path: string, query: Query) => {
    const url = new URL(`${base}/${settings.version}/${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // The Instagram login has its own app secret, valid only for its own host.
    if (settings.appSecret !== null && base === settings.graphUrl) {
      url.searchParams.set('appsecret_proof', appSecretProof(settings.appSecret, token));
    }
    return http.ask({ api, method: 'GET', url, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      // An expired version is not refused, but silently replaced by the oldest usable one.
      const served = answer.headers['facebook-api-version'];
      if (served !== undefined && served !== settings.version) {
        warn(
          `the Graph API serves ${served} instead of ${settings.version}; set META_GRAPH_VERSION to a supported version`,
        );
      }
      const verdict = judgeGraph(answer, permissions);
      return { ...verdict, rests: [...(verdict.rests ?? []), ...restsIn(answer.headers)] };
    });
  };
  return {
    name: `${api} ${settings.version}`,
    get: (id, edge, query) => ask(`${graphId(id)}${edge}`, query),
    own: (edge, query) => ask(`me${edge}`, query),
  };
}

/** Signs a request that is made with a token, which some apps demand. */
export function appSecretProof(appSecret: string, token: string): string {
  return createHmac('sha256', appSecret).update(token).digest('hex');
}

/** Tokens of the Instagram login expire after 60 days. A Page's token does not, but often has its owner's expiry date stored with it. */
export function isInstagramLogin(token: string): boolean {
  return token.startsWith('IG');
}

/** Ids are digits; anything else could lead to another path, or follow the token (`me`). */
export function graphId(id: string): string {
  if (/^\d{1,32}$/.test(id)) return id;
  throw new PlatformError(
    'configuration',
    'the account id is not a Graph id (digits only); correct the account id',
    'connection',
  );
}
