import { z } from 'zod';
import { addDays, dateAt } from '../../collector/day.js';
import { CollectError } from '../../errors.js';
import type { Platform } from '../../platforms/contract.js';
import type { DateRange } from '../../store/accounts.js';
import type { Store } from '../../store/store.js';

/** The most days of one question. */
const MOST_DAYS = 731;
const USUAL_DAYS = 28;

/** All that a tool can use: it cannot write, and has no tokens. */
export interface Reader {
  readonly store: Pick<Store, 'describeAccounts' | 'explainDay' | 'readValues'>;
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'day' | 'metrics'>>;
  readonly now: () => Date;
}

/** A question about the collected data, described so that a program knows when to ask it and what the answer means. */
export interface Tool<Input extends z.ZodRawShape = z.ZodRawShape, Output extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** Throws `CollectError`. */
  answer(reader: Reader, given: z.output<z.ZodObject<Input>>): Promise<z.input<z.ZodObject<Output>>>;
}

/** Infers the types of a tool from its schemas. */
export function defineTool<Input extends z.ZodRawShape, Output extends z.ZodRawShape>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return tool;
}

/** `checkDate` checks the calendar, not the schemas: a pattern would cost each client tokens. */
export const dayInput = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const dayOutput = z.string();

export const userInput = z.string().min(1).describe('The user, by the id in the table.');
export const platformInput = z.string().min(1).describe('The platform, by its name in accounts. Without it: all.');
export const metricsInput = z
  .array(z.string().min(1))
  .min(1)
  .max(50)
  .describe('Only these metrics, by their stored names. Without it: all.');
export const sinceInput = dayInput.describe(
  `The first day, YYYY-MM-DD. Without it: ${USUAL_DAYS} days up to \`until\`.`,
);
export const untilInput = dayInput.describe('The last day, YYYY-MM-DD. Without it: today.');

export const rangeOutput = z
  .object({ since: dayOutput, until: dayOutput })
  .describe('The days of the answer, both inclusive.');

export const breakOutput = z.object({
  from: dayOutput,
  until: dayOutput.optional().describe('If the change reached accounts on different days: the last of them.'),
  change: z.string(),
});

export const accountOutput = {
  user_id: z.string(),
  platform: z.string(),
  account_id: z.string(),
  account_name: z.string().nullable(),
  is_primary: z
    .boolean()
    .describe('Whether it is the one account per user and platform whose rows are in analytics_snapshots.'),
};

/** The published fields of an account. */
export function accountFields(account: {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly isPrimary: boolean;
}) {
  return {
    user_id: account.userId,
    platform: account.platform,
    account_id: account.accountId,
    account_name: account.accountName,
    is_primary: account.isPrimary,
  };
}

/** Throws `CollectError` `usage` if it is not a date of the calendar. */
export function checkDate(date: string): void {
  if (!z.iso.date().safeParse(date).success)
    throw new CollectError('usage', `${date} is not a date.`, 'Give it as YYYY-MM-DD.');
}

/** The days asked for, the last four weeks by default. Throws `CollectError` `usage`. */
export function rangeOf(
  given: { readonly since?: string | undefined; readonly until?: string | undefined },
  now: Date,
): DateRange {
  for (const date of [given.since, given.until]) if (date !== undefined) checkDate(date);
  const until = given.until ?? dateAt(now, 'UTC');
  const since = given.since ?? addDays(until, 1 - USUAL_DAYS);
  if (since > until) throw new CollectError('usage', `since ${since} is later than until ${until}.`, 'Swap them.');
  if (addDays(since, MOST_DAYS) <= until)
    throw new CollectError('usage', `${since} to ${until} is more than ${MOST_DAYS} days.`, 'Ask for less at a time.');
  return { since, until };
}

/** The platforms asked for. Throws `CollectError` `usage`. */
export function platformsOf(platform: string | undefined, { platforms }: Reader): readonly string[] | null {
  if (platform === undefined) return null;
  if (platforms.has(platform)) return [platform];
  throw new CollectError(
    'usage',
    `There is no platform ${JSON.stringify(platform)}.`,
    `Known platforms: ${[...platforms.keys()].join(', ')}.`,
  );
}

export function infoOf({ platforms }: Reader, platform: string, metric: string) {
  return platforms.get(platform)?.metrics.find(({ name }) => name === metric);
}

/** A place in a long answer, as an opaque text that the caller gives back. */
export function toCursor(key: object): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Throws `CollectError` `usage`. */
export function fromCursor<Key>(schema: z.ZodType<Key>, cursor: string | undefined): Key | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    const fix = 'Leave it out, or give next_cursor of the previous answer.';
    throw new CollectError('usage', 'The cursor is not from this tool.', fix, { cause });
  }
}
