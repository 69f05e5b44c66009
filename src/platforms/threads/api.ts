import type { Account, CheckContext } from '../contract.js';
import { judgeGraph } from '../meta/errors.js';
import { type Graph, graphId, type Query } from '../meta/graph.js';
import { RULES, UNEXPLAINED } from './errors.js';

/** The only version: https://developers.facebook.com/documentation/threads/overview */
export const VERSION = 'v1.0';
const API = 'Threads API';
export const SCOPES = ['threads_basic', 'threads_manage_insights'] as const;
const PERMISSIONS = SCOPES.join(' and ');

export interface ThreadsSettings {
  /** Base address of the API, without a trailing slash. */
  readonly url: string;
  /** Base address of the page on which people consent. */
  readonly loginUrl: string;
  readonly appId: string | null;
  readonly appSecret: string | null;
}

/** The API of Threads, called with one token, which is sent in the `Authorization` header, never in the URL. */
export function openThreads(
  url: string,
  { accessToken }: Pick<Account, 'accessToken'>,
  { http }: Pick<CheckContext, 'http'>,
): Graph {
  const ask = (path: string, query: Query) => {
    const address = new URL(`${url}/${VERSION}/${path}`);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const headers = { authorization: `Bearer ${accessToken}` };
    return http.ask({ api: API, method: 'GET', url: address, headers }, (answer) =>
      judgeGraph(answer, PERMISSIONS, query.metric?.includes(',') ? [UNEXPLAINED, ...RULES] : RULES),
    );
  };
  return {
    name: `${API} ${VERSION}`,
    get: (id, edge, query) => ask(`${graphId(id)}${edge === '/insights' ? '/threads_insights' : ''}`, query),
    own: (edge, query) => ask(`me${edge}`, query),
  };
}
