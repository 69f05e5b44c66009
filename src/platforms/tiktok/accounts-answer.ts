import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { type Part, readValues } from '../shared/parts.js';
import { list, whatIsWrong } from '../shared/shape.js';
import { CLOSING, DAILY } from './metrics.js';

const answer = z.looseObject({ metrics: list(z.looseObject({ date: z.string() }), 1_000).nullish() });
const named = z.looseObject({ username: z.string() });

const DAILY_NAMES = DAILY.map(({ name }) => name);
const CLOSING_NAMES = CLOSING.map(({ name }) => name);

export interface AccountsAnswer {
  /** By date. */
  readonly days: ReadonlyMap<string, Part>;
  readonly closing: Part;
}

/** Reads the `data` of an answer. Throws `PlatformError`. */
export function answerFrom(data: unknown): AccountsAnswer {
  const parsed = answer.safeParse(data);
  if (!parsed.success) throw new PlatformError('unexpected_response', `business/get: ${whatIsWrong(parsed.error)}`);
  const { metrics, ...account } = parsed.data;
  return {
    // A date may carry a time.
    days: new Map((metrics ?? []).map((day) => [day.date.slice(0, 10), readValues(day, DAILY_NAMES)])),
    closing: readValues(account, CLOSING_NAMES),
  };
}

export function usernameFrom(data: unknown): string | null {
  return named.safeParse(data).data?.username ?? null;
}
