import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { GraphError } from '../meta/errors.js';
import type { Graph } from '../meta/graph.js';
import type { Insights } from '../meta/insights.js';

const page = z.object({ access_token: z.string().min(1) });

/** The Graph API, opened with the token that works for the Page, and its first answer. */
export interface AsPage {
  readonly graph: Graph;
  readonly answer: Insights;
}

/**
 * Page insights require the Page's own token. Any other is refused, or answered with an empty list: then the Page's
 * token is requested and, if it is a different one, the insights are requested again.
 */
export async function askAsPage(
  { open, token, id }: { readonly open: (token: string) => Graph; readonly token: string; readonly id: string },
  ask: (graph: Graph) => Promise<Insights>,
): Promise<AsPage> {
  const graph = open(token);
  let answer: Insights | null = null;
  try {
    answer = await ask(graph);
    if (answer.insights.length > 0 || answer.error) return { graph, answer };
  } catch (error) {
    if (!needsPageToken(error)) throw error;
  }
  const own = await pageToken(graph, id);
  if (own !== null && own !== token) {
    const asPage = open(own);
    return { graph: asPage, answer: await ask(asPage) };
  }
  if (answer) return { graph, answer };
  throw noPageToken();
}

/** The Page's own token, or null when this token's owner may not have it. */
export async function pageToken(graph: Graph, id: string): Promise<string | null> {
  return page.safeParse(await graph.get(id, '', { fields: 'access_token' })).data?.access_token ?? null;
}

export function noPageToken(): PlatformError {
  return new PlatformError(
    'missing_permission',
    "the token's owner cannot manage this Page; connect it as a person with full access to the Page",
    'connection',
  );
}

function needsPageToken(error: unknown): boolean {
  return error instanceof GraphError && error.wantsPageToken;
}
