import { z } from 'zod';
import { DEFAULTS } from '../collector/options.js';
import { ALL } from '../store/selection.js';
import { parseJson } from '../text.js';
import type { RunRequest } from './runner.js';

/** The body of a request. pg_cron's job identifies itself with the last three fields. */
const Body = (today: string, known: readonly string[]) =>
  z.strictObject({
    user: z.string().trim().min(1, 'is empty').max(200, 'is too long').optional(),
    date: z.iso
      .date('is not a valid date (YYYY-MM-DD)')
      .refine((date) => date <= today, `is in the future; today is ${today} (UTC)`)
      .optional(),
    platforms: z
      .array(z.string().refine((name) => known.includes(name), `may only contain ${known.join(', ')}`))
      .min(1, 'is empty')
      .optional(),
    job: z.unknown().optional(),
    triggered_by: z.unknown().optional(),
    timestamp: z.unknown().optional(),
  });

export type ParsedRequest =
  | { readonly ok: true; readonly request: RunRequest }
  /** `field` is null if the body as a whole is wrong. */
  | { readonly ok: false; readonly field: string | null; readonly problem: string };

/** Reads the body of a trigger; an empty one asks for everything that is due. `today` is today's date in UTC, `known` the platforms. */
export function parseTrigger(body: string, today: string, known: readonly string[]): ParsedRequest {
  const json = body.trim() === '' ? {} : parseJson(body);
  if (json === undefined) return { ok: false, field: null, problem: 'the body is not JSON' };
  const parsed = Body(today, known).safeParse(json);
  if (!parsed.success) return mistakeOf(parsed.error);
  const { user, date, platforms } = parsed.data;
  return {
    ok: true,
    request: {
      trigger: 'http',
      window: date === undefined ? DEFAULTS.window : { kind: 'day', date },
      selection: user === undefined ? ALL : { kind: 'user', userId: user },
      ...(platforms !== undefined && { platforms }),
    },
  };
}

/** The run that the schedule starts. */
export function scheduledRun(trigger: string): RunRequest {
  return { trigger, selection: ALL, window: DEFAULTS.window };
}

function mistakeOf({ issues: [issue] }: z.ZodError): ParsedRequest {
  if (issue?.code === 'unrecognized_keys') {
    const [field = ''] = issue.keys;
    return { ok: false, field, problem: 'is not a known field; the known fields are user, date and platforms' };
  }
  const field = issue?.path[0];
  if (field === undefined) return { ok: false, field: null, problem: 'the body is not a JSON object' };
  return {
    ok: false,
    field: String(field),
    problem: issue?.code === 'invalid_type' ? 'has the wrong type' : (issue?.message ?? ''),
  };
}
