import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';
import { judgePlain, refuse } from '../shared/verdicts.js';
import { RULES, type Rule } from './rules.js';

/** A refusal by the Graph API, with the code that decides what it means. */
export class GraphError extends PlatformError {
  constructor(
    reason: PlatformError['reason'],
    message: string,
    scope: PlatformError['scope'],
    readonly code: number,
    /** The API's own words, those for people among them. */
    readonly apiMessage: string,
    /** The token is alive, but the Page's own is wanted. */
    readonly wantsPageToken = false,
  ) {
    super(reason, message, scope);
  }
}

const errorBody = z.object({
  error: z.object({
    message: z.string().default(''),
    code: z.number().default(0),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
    error_user_title: z.string().optional(),
    error_user_msg: z.string().optional(),
  }),
});

/** Token endpoints have a form of their own. */
const flatBody = z.object({ error_message: z.string() });

type ApiError = z.infer<typeof errorBody>['error'];

/**
 * What an answer of the Graph API means, from its error code and words (`RULES`). The API says that a permission is missing,
 * and seldom which: `permissions` are those that the platform needs, for people.
 */
export function judgeGraph(answer: HttpAnswer, permissions: string): Verdict<unknown> {
  const parsed = errorBody.safeParse(answer.json);
  if (parsed.success) return judgeError(parsed.data.error, answer.status, permissions);
  const flat = flatBody.safeParse(answer.json);
  if (flat.success) return refuse('unexpected_response', `${flat.data.error_message} (HTTP ${answer.status})`);
  return judgePlain('the Graph API', answer);
}

function judgeError(error: ApiError, status: number, permissions: string): Verdict<never> {
  const { code, error_subcode: subcode } = error;
  const words = wordsOf(error);
  const rule = RULES.find((candidate) => applies(candidate, error, words)) ?? ruleFor(status);
  const said = `${words || 'no message'} (code ${code}${subcode === undefined ? '' : `/${subcode}`})`;
  const advice = rule.advice?.replace('$1', rule.words?.exec(words)?.[1] ?? '').replace('$PERMISSIONS', permissions);
  const message = advice === undefined ? said : `${said}; ${advice}`;
  const graphError = new GraphError(rule.reason, message, rule.scope, code, words, rule.wantsPageToken);
  const rests = rule.appRestMs === undefined ? [] : [{ of: 'app' as const, ms: rule.appRestMs }];
  if (rule.kind === 'refuse') return { kind: 'refuse', error: graphError, rests };
  const { maxAttempts } = rule;
  return { kind: 'retry', error: graphError, rests, ...(maxAttempts !== undefined && { maxAttempts }) };
}

/** `message` alone often says nothing ("Permissions error"): what helps stands in the title and the text for people. */
function wordsOf({ message, error_user_title: title = '', error_user_msg: text = '' }: ApiError): string {
  const [first = '', ...others] = new Set([message, title, text].map((part) => part.trim()).filter(Boolean));
  return [first, ...others].map((part) => (others.length > 0 ? part.replace(/\.$/, '') : part)).join('; ');
}

function applies({ codes, subcodes, words, isTransient }: Rule, error: ApiError, said: string): boolean {
  return (
    (codes === undefined || codes.some((code) => holds(code, error.code))) &&
    (subcodes === undefined || subcodes.some((subcode) => subcode === error.error_subcode)) &&
    (words === undefined || words.test(said)) &&
    (isTransient === undefined || isTransient === error.is_transient)
  );
}

function holds(wanted: NonNullable<Rule['codes']>[number], code: number): boolean {
  return typeof wanted === 'number' ? wanted === code : wanted[0] <= code && code <= wanted[1];
}

/** Of a code that the table does not know, the HTTP status has to tell. */
function ruleFor(status: number): Rule {
  if (status === 429) return { kind: 'retry', reason: 'throttled', scope: 'connection' };
  return { kind: status >= 500 ? 'retry' : 'refuse', reason: 'platform_error', scope: 'day' };
}
