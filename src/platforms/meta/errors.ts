import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { ruleFor, verdictOf } from '../shared/rules.js';
import { has, judgePlain, refuse } from '../shared/verdicts.js';
import { type MetaRule, RULES, UNKNOWN } from './rules.js';

/** A refusal by the Graph API, with the code that decides what it means. */
export class GraphError extends PlatformError {
  constructor(
    reason: PlatformError['reason'],
    message: string,
    scope: PlatformError['scope'],
    /** A number, except for some errors of Threads: `THREADS_API__…`. */
    readonly code: number | string,
    /** The API's own message, including the parts written for people. */
    readonly apiMessage: string,
    /** The token is valid, but the Page's own is required. */
    readonly wantsPageToken = false,
  ) {
    super(reason, message, scope);
  }
}

const errorBody = z.object({
  error: z.object({
    message: z.string().default(''),
    code: z.union([z.number(), z.string()]).default(0),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
    error_user_title: z.string().optional(),
    error_user_msg: z.string().optional(),
  }),
});

/** Token endpoints use another format. */
const flatBody = z.object({ error_message: z.string() });

type ApiError = z.infer<typeof errorBody>['error'];

/**
 * What an answer of the Graph API means, from its error code and message (`RULES`). The API seldom says which permission is
 * missing: `permissions` names those that the platform needs. `own` rows of a platform go before those of all.
 */
export function judgeGraph(answer: HttpAnswer, permissions: string, own: readonly MetaRule[] = []): Verdict<unknown> {
  const error = has(answer, 'error') ? errorBody.safeParse(answer.json).data?.error : undefined;
  if (error !== undefined) return judgeError(error, answer.status, permissions, [...own, ...RULES]);
  const flat = has(answer, 'error_message') ? flatBody.safeParse(answer.json).data : undefined;
  if (flat !== undefined) return refuse('unexpected_response', `${flat.error_message} (HTTP ${answer.status})`);
  return judgePlain('the Graph API', answer);
}

function judgeError(error: ApiError, status: number, permissions: string, rules: readonly MetaRule[]): Verdict<never> {
  const { code, error_subcode: subcode, is_transient: isTransient } = error;
  const words = wordsOf(error);
  const refusal = { status, codes: [code], subcode, isTransient, words };
  const rule = ruleFor(rules, refusal) ?? UNKNOWN;
  const said = `${words || 'no message'} (code ${code}${subcode === undefined ? '' : `/${subcode}`})`;
  const graphError = (message: string) =>
    new GraphError(rule.reason, message, rule.scope, code, words, rule.wantsPageToken);
  return verdictOf({ ...rule, error: graphError }, refusal, { SAID: said, PERMISSIONS: permissions });
}

/** `message` alone often says little ("Permissions error"): the useful part is in the title and the text written for people. */
function wordsOf({ message, error_user_title: title = '', error_user_msg: text = '' }: ApiError): string {
  const [first = '', ...others] = new Set([message, title, text].map((part) => part.trim()).filter(Boolean));
  return [first, ...others].map((part) => (others.length > 0 ? part.replace(/\.$/, '') : part)).join('; ');
}
