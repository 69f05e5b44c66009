import { z } from 'zod';
import type { HttpRequest } from '../../http/http.js';
import type { RequestParameters } from '../consent.js';
import type { CheckContext } from '../contract.js';
import { refuse } from '../shared/verdicts.js';
import { GraphError, judgeGraph } from './errors.js';

const answer = z.object({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: z.number().positive().optional().catch(undefined),
});
/** Invalid parameter or method, and unknown path. */
const NOT_READ: readonly (number | string)[] = [100, 2500];
/** Likewise, and for requests that carry their own token: none given, or an invalid one. */
const NO_TOKEN: readonly (number | string)[] = [...NOT_READ, 104, 190];

/** Where a short-lived token is exchanged. */
export interface LongLivedEndpoint {
  /** For messages, as in `HttpRequest`. */
  readonly api: string;
  readonly url: string;
  /** The short-lived token, what proves the app, and the kind of exchange. */
  readonly parameters: RequestParameters;
}

/** A token that an exchange gave; `expiresAt` is null if the answer does not say when it ends. */
export interface LongLivedToken {
  readonly accessToken: string;
  readonly expiresAt: Date | null;
}

/**
 * Exchanges a short-lived token for a long-lived one. Meta's examples have the parameters in the address; they are sent there only if
 * the body is not read. Throws `PlatformError`, `Interrupted`.
 */
export async function longLivedToken(endpoint: LongLivedEndpoint, context: CheckContext): Promise<LongLivedToken> {
  const { url, parameters } = endpoint;
  try {
    return await ask(endpoint, { method: 'POST', url: new URL(url), form: parameters }, context);
  } catch (error) {
    const notRead = 'access_token' in parameters ? NO_TOKEN : NOT_READ;
    if (!(error instanceof GraphError) || !notRead.includes(error.code)) throw error;
    return ask(endpoint, { method: 'GET', url: new URL(`${url}?${new URLSearchParams(parameters)}`) }, context);
  }
}

async function ask(
  { api }: LongLivedEndpoint,
  request: Pick<HttpRequest, 'method' | 'url' | 'form'>,
  { http, now }: CheckContext,
): Promise<LongLivedToken> {
  const given = await http.ask({ api, headers: {}, ...request }, (answered) => {
    const verdict = judgeGraph(answered, '');
    if (verdict.kind !== 'accept') return verdict;
    const parsed = answer.safeParse(verdict.value);
    if (parsed.success) return { kind: 'accept', value: parsed.data };
    return refuse('unexpected_response', `${api} gave no long-lived token`, 'connection');
  });
  const { access_token: accessToken, expires_in: seconds } = given;
  return { accessToken, expiresAt: seconds === undefined ? null : new Date(now().getTime() + seconds * 1_000) };
}
