import { type FailureReason, type FailureScope, PlatformError } from '../../errors.js';
import type { HttpAnswer, Verdict } from '../../http/http.js';

/** What an answer without an error in the API's own format means: a JSON object with status 200 is accepted. */
export function judgePlain(api: string, answer: HttpAnswer): Verdict<object> {
  if (answer.status === 429) return retry('throttled', 'too many requests (HTTP 429)', 'connection');
  if (answer.status >= 500) return retry('platform_error', `${api} answered HTTP ${answer.status}`);
  if (!isObject(answer.json)) {
    return retry(
      'unexpected_response',
      `${api} answered HTTP ${answer.status} with something that is not a JSON object`,
    );
  }
  if (answer.status !== 200) {
    return refuse('unexpected_response', `${api} answered HTTP ${answer.status} without an error`);
  }
  return { kind: 'accept', value: answer.json };
}

/** A verdict that has the API left alone until an instant (ms since the epoch), if the API named one that lies ahead. */
export function restingUntil<T>(verdict: Verdict<T>, instant: number, now: Date): Verdict<T> {
  const ms = instant - now.getTime();
  return verdict.kind === 'rest' && ms > 0 ? { ...verdict, ms } : verdict;
}

/** Whether an answer is an object with a field, such as that of an error, which a good answer is not parsed for. */
export function has({ json }: HttpAnswer, field: string): boolean {
  return isObject(json) && field in json;
}

function retry(reason: FailureReason, message: string, scope: FailureScope = 'day'): Verdict<never> {
  return { kind: 'retry', error: new PlatformError(reason, message, scope) };
}

export function refuse(reason: FailureReason, message: string, scope: FailureScope = 'day'): Verdict<never> {
  return { kind: 'refuse', error: new PlatformError(reason, message, scope) };
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
