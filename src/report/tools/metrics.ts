import { z } from 'zod';
import type { StoredValue, ValuesKey } from '../../store/values.js';
import { breaksBetween } from '../breaks.js';
import {
  accountFields,
  accountOutput,
  breakOutput,
  dayOutput,
  defineTool,
  fromCursor,
  infoOf,
  metricsInput,
  platformInput,
  platformsOf,
  rangeOf,
  rangeOutput,
  sinceInput,
  toCursor,
  untilInput,
  userInput,
} from './tool.js';

const MOST = 1000;

const cursorKey = z.object({
  user_id: z.string(),
  platform: z.string(),
  account_id: z.string(),
  date: z.iso.date(),
  metric: z.string(),
});

const valueOutput = z.object({
  date: dayOutput.describe("The platform's day."),
  value: z.number(),
  settled: z.boolean().describe('False: provisional, the platform may still change it. Say so when you report it.'),
  corrected_from: z
    .object({ value: z.number(), read_at: z.string(), corrected_at: z.string().nullable() })
    .optional()
    .describe('The first value, if the platform has corrected it since.'),
});

export const metricsTool = defineTool({
  name: 'metrics',
  title: 'Values by day',
  description:
    'Returns the collected values of a user by day, one series per account and metric, with unit, meaning, how days may be combined, whether each value is settled or provisional, the value before a correction, and series breaks. A day without a value is absent, not zero: ask coverage why. aggregate says how days combine: sum for counts of events; last for levels, such as followers; none for unique people, averages and ratios, which must never be added up or averaged. Use totals instead of adding values yourself. Do not compare values before and after a break. A long answer is cut: is_cut says that there is more, and next_cursor continues.',
  input: {
    user_id: userInput,
    platform: platformInput.optional(),
    metrics: metricsInput.optional(),
    since: sinceInput.optional(),
    until: untilInput.optional(),
    with_aliases: z.boolean().default(false).describe("Also retired names, which repeat other metrics' values."),
    limit: z.int().min(1).max(MOST).default(300).describe('How many values to return at most.'),
    cursor: z.string().optional().describe('next_cursor of the previous answer, to continue with the same arguments.'),
  },
  output: {
    range: rangeOutput,
    series: z.array(
      z.object({
        ...accountOutput,
        metric: z.string(),
        meaning: z.string().nullable(),
        unit: z.string().nullable(),
        aggregate: z.string().nullable().describe('sum, last or none. Null: unknown, so do not combine days.'),
        period: z
          .string()
          .describe(
            'What a value covers: day; week or days_28, the days up to and including the date; lifetime, a total as of the date.',
          ),
        alias_of: z.string().nullable().describe('For a retired name: the metric whose values it repeats.'),
        breaks: z.array(breakOutput).describe('Changes in how the platform counts, within the range.'),
        values: z.array(valueOutput),
      }),
    ),
    values: z.int().describe('How many values the answer has.'),
    is_cut: z.boolean(),
    note: z.string(),
    next_cursor: z.string().nullable(),
  },
  async answer(reader, { user_id, platform, metrics = null, with_aliases, limit, cursor, ...given }) {
    const range = rangeOf(given, reader.now());
    const request = {
      userId: user_id,
      platforms: platformsOf(platform, reader),
      metrics,
      range,
      withAliases: with_aliases,
    };
    const after = fromCursor<ValuesKey>(cursorKey, cursor) ?? undefined;
    const found = await first(reader.store.readValues({ ...request, after, pageSize: limit + 1 }), limit + 1);
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return {
      range,
      series: seriesOf(shown).map(([head, values]) => ({
        ...accountFields(head.account),
        metric: head.metric,
        meaning: infoOf(reader, head.account.platform, head.metric)?.meaning ?? null,
        unit: head.unit,
        aggregate: head.aggregate,
        period: head.period,
        alias_of: head.aliasOf,
        breaks: breaksBetween(infoOf(reader, head.account.platform, head.metric)?.breaks, range),
        values: values.map(valueFields),
      })),
      values: shown.length,
      is_cut: last !== undefined,
      note: noteOf(shown.length, last !== undefined),
      next_cursor: last === undefined ? null : toCursor(keyOf(last)),
    };
  },
});

async function first(pages: AsyncIterable<readonly StoredValue[]>, most: number): Promise<StoredValue[]> {
  const values: StoredValue[] = [];
  for await (const page of pages) {
    values.push(...page);
    if (values.length >= most) break;
  }
  return values;
}

/** The values of each account and metric, under the first of them. */
function seriesOf(values: readonly StoredValue[]): [StoredValue, StoredValue[]][] {
  const series = new Map<string, [StoredValue, StoredValue[]]>();
  for (const value of values) {
    const key = `${value.account.id} ${value.metric}`;
    const known = series.get(key);
    if (known) known[1].push(value);
    else series.set(key, [value, [value]]);
  }
  return [...series.values()];
}

function valueFields({ date, value, settled, first, revisedAt }: StoredValue) {
  return {
    date,
    value,
    settled,
    ...(first && { corrected_from: { value: first.value, read_at: first.fetchedAt, corrected_at: revisedAt } }),
  };
}

function keyOf({ account, date, metric }: StoredValue): ValuesKey {
  return { user_id: account.userId, platform: account.platform, account_id: account.accountId, date, metric };
}

function noteOf(values: number, isCut: boolean): string {
  if (isCut)
    return `There are more than these ${values} values. Call again with next_cursor, name fewer metrics, or ask for a shorter range.`;
  return values === 0
    ? 'No values match. Absent is not zero: coverage shows what was collected.'
    : 'These are all values.';
}
