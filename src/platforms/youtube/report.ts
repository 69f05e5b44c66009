import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { Split } from '../contract.js';
import { type Part, readValues, type Warn } from '../shared/parts.js';
import { list, whatIsWrong } from '../shared/shape.js';
import { type SplitPart, splitOf } from '../shared/split.js';
import { CONTENT_TYPES, OPTIONAL } from './metrics.js';

/** The order of columns is not guaranteed, and `rows` is absent when nothing matches. */
const table = z.object({
  columnHeaders: list(z.object({ name: z.string() }), 100),
  rows: list(z.array(z.unknown())).nullish(),
});

const dimensions = z.object({ day: z.iso.date(), creatorContentType: z.string().optional() });

interface Row {
  readonly day: string;
  readonly contentType: string | undefined;
  readonly part: Part;
}

/** Each day's values, for the days that the report has a row for. Throws `PlatformError`. */
export function dailyFrom(json: unknown, metrics: readonly string[], warn: Warn): Map<string, Part> {
  return new Map(rowsOf(json, metrics, warn).map(({ day, part }) => [day, part]));
}

/** Each day's splits by content type, by metric. Throws `PlatformError`. */
export function splitsFrom(json: unknown, metrics: readonly string[], warn: Warn): Map<string, Map<string, Split>> {
  const days = new Map<string, Map<string, SplitPart[]>>();
  for (const { day, contentType: type = '', part } of rowsOf(json, metrics, warn)) {
    if (part.error !== null) throw part.error;
    const parts = days.get(day) ?? new Map<string, SplitPart[]>();
    days.set(day, parts);
    for (const { metric, value } of part.values) parts.set(metric, [...(parts.get(metric) ?? []), { type, value }]);
  }
  const splits = (parts: ReadonlyMap<string, SplitPart[]>) =>
    new Map([...parts].map(([metric, types]) => [metric, splitOf(types, CONTENT_TYPES, false)]));
  return new Map([...days].map(([day, parts]) => [day, splits(parts)]));
}

function rowsOf(json: unknown, metrics: readonly string[], warn: Warn): Row[] {
  const parsed = table.safeParse(json);
  if (!parsed.success) throw unreadable(parsed.error);
  const { columnHeaders, rows } = parsed.data;
  return (rows ?? []).map((cells) => {
    const fields = Object.fromEntries(columnHeaders.map(({ name }, position) => [name, cells[position]]));
    const of = dimensions.safeParse(fields);
    if (!of.success) throw unreadable(of.error);
    const part = readValues(fields, metrics, { metrics: OPTIONAL, warn: (message) => warn(`youtube: ${message}`) });
    return { day: of.data.day, contentType: of.data.creatorContentType, part };
  });
}

function unreadable(error: z.ZodError): PlatformError {
  return new PlatformError('unexpected_response', `the report has an unexpected form: ${whatIsWrong(error)}`);
}
