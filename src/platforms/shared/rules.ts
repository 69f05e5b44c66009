import { type FailureReason, type FailureScope, PlatformError } from '../../errors.js';
import type { Verdict } from '../../http/http.js';

/** A refusal in one form for all APIs. */
export interface Refusal {
  /** Of HTTP. */
  readonly status: number;
  /** Error codes and reasons, in the API's words or numbers. */
  readonly codes: readonly (number | string)[];
  readonly subcode?: number | undefined;
  readonly isTransient?: boolean | undefined;
  readonly words: string;
}

/** Most limits are per minute. */
const DEFAULT_REST_MS = 60_000;

type Range = readonly [first: number, last: number];

/** One row of a table of errors: the first whose conditions all hold decides. */
interface Conditions {
  readonly statuses?: readonly (number | Range)[];
  /** One of them is among the refusal's. */
  readonly codes?: readonly (number | string | Range | RegExp)[];
  readonly subcodes?: readonly number[];
  readonly isTransient?: boolean;
  /** Matches the API's message. */
  readonly words?: RegExp;
}

/** What an error means: a reason and a scope, or an error of its own class, made from the message and what `words` captured. */
type Meaning =
  | { readonly reason: FailureReason; readonly scope: FailureScope }
  | { readonly error: (message: string, caught: string | null) => PlatformError };

export type Rule = Conditions &
  Meaning & {
    /** `rest`: the app has sent too many requests, and has to leave the API alone for `restMs` unless the answer says how long. */
    readonly kind: 'retry' | 'refuse' | 'rest';
    readonly restMs?: number;
    /** `$SAID` is what the API said, `$1` what the first group of `words` captured, `$NAME` a value of the request. Default: `$SAID`. */
    readonly message?: string;
    readonly maxAttempts?: number;
  };

/** A verdict that is an error. */
type Refused = Exclude<Verdict<never>, { kind: 'accept' }>;

/** The first row that matches a refusal. */
export function ruleFor<Row extends Conditions>(rows: readonly Row[], refusal: Refusal): Row | undefined {
  return rows.find(({ statuses, codes, subcodes, isTransient, words }) => {
    if (statuses !== undefined && !statuses.some((status) => covers(status, refusal.status))) return false;
    if (codes !== undefined && !codes.some((code) => refusal.codes.some((given) => covers(code, given)))) return false;
    if (subcodes !== undefined && !subcodes.some((subcode) => subcode === refusal.subcode)) return false;
    if (isTransient !== undefined && isTransient !== refusal.isTransient) return false;
    return words === undefined || words.test(refusal.words);
  });
}

/** The verdict of a row. `values` are put into the message by name: `SAID`, and those of the request. */
export function verdictOf(rule: Rule, { words }: Refusal, values: Readonly<Record<string, string>>): Refused {
  const caught = rule.words?.exec(words)?.[1] ?? null;
  const message = filled(rule.message ?? '$SAID', { ...values, ...(caught !== null && { 1: caught }) });
  const error = 'error' in rule ? rule.error(message, caught) : new PlatformError(rule.reason, message, rule.scope);
  if (rule.kind === 'refuse') return { kind: 'refuse', error };
  if (rule.kind === 'rest') return { kind: 'rest', error, ms: rule.restMs ?? DEFAULT_REST_MS };
  return { kind: 'retry', error, ...(rule.maxAttempts !== undefined && { maxAttempts: rule.maxAttempts }) };
}

/** Replaces each `$NAME` in a template with the value of that name; a name without a value is left as it is. */
function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\$([A-Z]+|\d)/g, (name, key: string) => values[key] ?? name);
}

function covers(wanted: number | string | Range | RegExp, given: number | string): boolean {
  if (wanted instanceof RegExp) return wanted.test(String(given));
  if (typeof wanted === 'object') return typeof given === 'number' && wanted[0] <= given && given <= wanted[1];
  return wanted === given;
}
