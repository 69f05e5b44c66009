import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { parseJson } from '../../text.js';
import type { Platform } from '../contract.js';
import { judgeGraph } from './errors.js';
import { appSecretProof, isInstagramLogin, type MetaSettings } from './graph.js';

/** An API of its own, so that its failures do not stop accounts from being collected. */
const API = 'Facebook token debugger';
/** The year 5138: a greater number would be in milliseconds. */
const LAST_SECOND = 99_999_999_999;

/** Seconds since 1970; 0 if there is no end. */
const end = z.number().min(0).max(LAST_SECOND).default(0);
const debugged = z.object({
  data: z.object({ is_valid: z.literal(true), expires_at: end, data_access_expires_at: end }),
});
/** A part that was not answered in time is null. */
const batch = z.tuple([z.object({ code: z.number(), body: z.string() }).nullable()]);

/**
 * Asks until when tokens of the Facebook login may read data, with `debug_token`, which answers only the app of the tokens. A direct
 * request would have the token in its address, so it is sent in a batch, which has the token in its body. That batches accept it is not
 * documented: an answer without an end counts as not known. Tokens of the Instagram login belong to another app.
 * https://developers.facebook.com/docs/graph-api/batch-requests
 */
export function accessOf({ graphUrl, version, appId, appSecret }: MetaSettings): Pick<Platform, 'accessEnds'> {
  if (appId === null || appSecret === null) return {};
  return {
    async accessEnds({ accessToken }, { http }) {
      if (isInstagramLogin(accessToken)) return null;
      const asked = { method: 'GET', relative_url: `debug_token?input_token=${encodeURIComponent(accessToken)}` };
      const appToken = `${appId}|${appSecret}`;
      const form = {
        access_token: appToken,
        appsecret_proof: appSecretProof(appSecret, appToken),
        include_headers: 'false',
        batch: JSON.stringify([asked]),
      };
      const url = new URL(`${graphUrl}/${version}/`);
      return http.ask({ api: API, method: 'POST', url, headers: {}, form }, judge);
    },
  };
}

/** A temporary failure is left to the next run. If several accounts meet one, this run asks nothing more. */
function judge(answer: HttpAnswer): Verdict<Date | null> {
  const { success, data } = batch.safeParse(answer.json);
  if (success && data[0] === null) return trouble('timeout', 'the batch was not completed');
  const part = success && data[0] ? { status: data[0].code, headers: {}, json: parseJson(data[0].body) } : answer;
  const verdict = judgeGraph(part, '');
  if (verdict.kind === 'accept') return { kind: 'accept', value: firstEnd(verdict.value) };
  const { reason, message } = verdict.error;
  const isPassing = reason === 'throttled' || part.status >= 500;
  return isPassing ? trouble(reason, message) : { kind: 'accept', value: null };
}

function trouble(reason: PlatformError['reason'], message: string): Verdict<never> {
  return { kind: 'refuse', error: new PlatformError(reason, message, 'platform') };
}

function firstEnd(answer: unknown): Date | null {
  const { data } = debugged.safeParse(answer).data ?? {};
  const ends = [data?.expires_at, data?.data_access_expires_at].flatMap((seconds) => seconds || []);
  return ends.length === 0 ? null : new Date(Math.min(...ends) * 1_000);
}
