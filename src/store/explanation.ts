import { z } from 'zod';
import type { Ask } from './function-call.js';

/** Which day to explain. `null`: the primary account; all metrics. */
export interface ExplainRequest {
  readonly userId: string;
  readonly platform: string;
  /** `YYYY-MM-DD`, in the platform's time zone. */
  readonly date: string;
  readonly accountId: string | null;
  readonly metric: string | null;
}

const instant = z.iso.datetime({ offset: true }).nullable();

const explanation = z.object({
  state: z.enum(['final', 'provisional', 'corrected', 'missing', 'not_due', 'lost', 'doubtful']),
  /** In plain English. */
  sentence: z.string(),
  reason: z.string().nullable(),
  /** Since when the account fails. */
  since: instant,
  /** What to do, as a sentence. */
  fix: z.string().nullable(),
  /** When the platform is asked again. */
  due_at: instant,
});

const explainedMetric = explanation.extend({
  value: z.number().nullable(),
  /** The value that was read first, if the platform has corrected it since. */
  first: z.object({ value: z.number(), fetched_at: z.string() }).nullable(),
  revised_at: z.string().nullable(),
  alias_of: z.string().nullable(),
  /** The series breaks of the last seven days up to this one. */
  breaks: z.array(z.object({ from: z.iso.date(), until: z.iso.date(), change: z.string() })),
});

const explainAnswer = explanation.extend({
  user_id: z.string(),
  platform: z.string(),
  account_id: z.string().nullable(),
  account_name: z.string().nullable().default(null),
  is_primary: z.boolean().default(false),
  date: z.iso.date(),
  notes: z.array(z.string()),
  /** What does not exist, and what exists instead. */
  unknown: z.enum(['user', 'platform', 'account', 'metric']).nullable(),
  known: z.array(z.string()),
  metrics: z.record(z.string(), explainedMetric),
});

/** What `explain --json` prints. */
export type DayExplanation = z.output<typeof explainAnswer>;

/** Implements `Store.explainDay`. */
export function explainDay(ask: Ask, request: ExplainRequest, at: Date): Promise<DayExplanation> {
  return ask(explainAnswer, 'explain_collection_day', {
    for_user: request.userId,
    for_platform: request.platform,
    for_date: request.date,
    for_account: request.accountId,
    for_metric: request.metric,
    at: at.toISOString(),
  });
}
