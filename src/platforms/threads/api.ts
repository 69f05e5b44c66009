import type { Account, CheckContext } from '../contract.js';
import { judgeGraph } from '../meta/errors.js';
import { type Graph, graphId } from '../meta/graph.js';
import { RULES, UNEXPLAINED } from './errors.js';

/** The only version: https://developers.facebook.com/documentation/threads/overview */
export const VERSION = 'v1.0';
const API = 'Threads API';
const PERMISSIONS = 'threads_basic and threads_manage_insights';

/** The API of Threads, called with one token, which is sent in the `Authorization` header, never in the URL. */
export function openThreads(url: string, { accessToken }: Account, { http }: Pick<CheckContext, 'http'>): Graph {
  return {
    name: `${API} ${VERSION}`,
    get(id, edge, query) {
      const address = new URL(`${url}/${VERSION}/${graphId(id)}${edge === '/insights' ? '/threads_insights' : ''}`);
      for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
      const headers = { authorization: `Bearer ${accessToken}` };
      return http.ask({ api: API, method: 'GET', url: address, headers }, (answer) =>
        judgeGraph(answer, PERMISSIONS, query.metric?.includes(',') ? [UNEXPLAINED, ...RULES] : RULES),
      );
    },
  };
}
