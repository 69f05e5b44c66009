import { z } from 'zod';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { type Rule, ruleFor, verdictOf } from '../shared/rules.js';
import { has, judgePlain, refuse, restingUntil } from '../shared/verdicts.js';

const errorBody = z.object({ error: z.string() });

const NO_PERMISSION = { kind: 'refuse', reason: 'missing_permission', scope: 'connection' } as const;
const NO_ACCOUNT = { kind: 'refuse', reason: 'configuration', scope: 'connection' } as const;
const SUSPENDED =
  '$SERVER has suspended the account: its owner can appeal to the moderators there; otherwise remove the connection';

/** What refusals of a Mastodon server mean, with or without a body: https://docs.joinmastodon.org/methods/accounts/#lookup. */
const RULES: readonly Rule[] = [
  // `require_authenticated_user!` in app/controllers/api/base_controller.rb of github.com/mastodon/mastodon; or a firewall.
  {
    statuses: [401, 403],
    ...NO_PERMISSION,
    message:
      '$SERVER shows its accounts only to those who are logged in: $SAID; its administrators can allow it (secure mode, limited federation); otherwise remove the connection',
  },
  { statuses: [410], ...NO_PERMISSION, message: `${SUSPENDED}: $SAID` },
  {
    statuses: [404],
    words: /record not found/i,
    ...NO_ACCOUNT,
    message:
      '$SERVER has no such account: $SAID; correct the account id, or remove the connection if the account was deleted',
  },
  {
    statuses: [404],
    ...NO_ACCOUNT,
    message:
      '$SERVER has no such account, or is no Mastodon server: $SAID; correct the account id, with the server that shows the profile',
  },
  {
    statuses: [[300, 399]],
    ...NO_ACCOUNT,
    message:
      '$SERVER redirects elsewhere, which is not followed: $SAID; correct the account id, with the server that shows the profile',
  },
  { statuses: [429], kind: 'rest', reason: 'throttled', scope: 'connection' },
  { statuses: [[500, 599]], kind: 'retry', reason: 'platform_error', scope: 'day', message: '$SERVER: $SAID' },
];

const suspended = z.object({ suspended: z.literal(true) });

/** What an answer of a Mastodon server means. */
export function judgeMastodon(answer: HttpAnswer, server: string, now: Date): Verdict<object> {
  const verdict = judge(answer, server);
  const verdictOrRest = restingUntil(verdict, Date.parse(answer.headers['x-ratelimit-reset'] ?? ''), now);
  if (verdict.kind !== 'accept' || !suspended.safeParse(verdict.value).success) return verdictOrRest;
  return refuse('missing_permission', SUSPENDED.replace('$SERVER', server), 'connection');
}

function judge(answer: HttpAnswer, server: string): Verdict<object> {
  const said = has(answer, 'error') ? errorBody.safeParse(answer.json).data?.error : undefined;
  const status = answer.status === 200 && said !== undefined ? 500 : answer.status;
  const refusal = { status, codes: [], words: said ?? '' };
  const rule = ruleFor(RULES, refusal);
  if (rule === undefined) return judgePlain(server, answer);
  return verdictOf(rule, refusal, {
    SAID: said === undefined ? `HTTP ${status}` : `${said} (HTTP ${status})`,
    SERVER: server,
  });
}
