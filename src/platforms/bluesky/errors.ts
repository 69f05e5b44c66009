import { z } from 'zod';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { type Rule, ruleFor, verdictOf } from '../shared/rules.js';
import { has, judgePlain, restingUntil } from '../shared/verdicts.js';

/** "Error responses" in https://atproto.com/specs/xrpc. */
const errorBody = z.object({ error: z.string(), message: z.string().default('') });

const NO_PERMISSION = { kind: 'refuse', reason: 'missing_permission', scope: 'connection' } as const;

/** What errors of `app.bsky.actor.getProfile` mean: `packages/bsky/src/api/app/bsky/actor/getProfile.ts` of github.com/bluesky-social/atproto. */
const RULES: readonly Rule[] = [
  {
    codes: ['AccountTakedown'],
    ...NO_PERMISSION,
    message:
      '$SAID; Bluesky has suspended the account: its owner can appeal to Bluesky; otherwise remove the connection',
  },
  {
    codes: ['AccountDeactivated'],
    ...NO_PERMISSION,
    message: '$SAID; only its owner can activate the account again; otherwise remove the connection',
  },
  // "Profile not found", or an id that is neither a handle nor a DID.
  {
    codes: ['InvalidRequest'],
    kind: 'refuse',
    reason: 'configuration',
    scope: 'connection',
    message:
      '$SAID; Bluesky has no such account: correct the account id (a handle changes when its owner renames it, a DID does not), or remove the connection',
  },
  { statuses: [429], kind: 'rest', reason: 'throttled', scope: 'connection' },
  { statuses: [[500, 599]], kind: 'retry', reason: 'platform_error', scope: 'day' },
];

const UNKNOWN: Rule = { kind: 'refuse', reason: 'unexpected_response', scope: 'day' };

/** What an answer of Bluesky's public API means. */
export function judgeBluesky(answer: HttpAnswer, now: Date): Verdict<object> {
  const failure = has(answer, 'error') ? errorBody.safeParse(answer.json).data : undefined;
  const verdict = failure === undefined ? judgePlain('Bluesky', answer) : judgeError(answer.status, failure);
  // In seconds since the epoch.
  return restingUntil(verdict, Number(answer.headers['ratelimit-reset']) * 1_000, now);
}

function judgeError(answered: number, { error, message }: z.infer<typeof errorBody>): Verdict<never> {
  const status = answered === 200 ? 500 : answered;
  const refusal = { status, codes: [error], words: message };
  return verdictOf(ruleFor(RULES, refusal) ?? UNKNOWN, refusal, {
    SAID: `${message || error} (HTTP ${status} ${error})`,
  });
}
