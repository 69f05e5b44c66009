import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { type Part, readValues } from '../parts.js';
import type { PostTypes } from '../platform.js';
import { list, whatIsWrong } from '../shape.js';
import { CONTENT_TYPES } from './metrics.js';

/** Columns stand in no promised order, and `rows` is absent when nothing matches. */
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
export function dailyFrom(json: unknown, metrics: readonly string[]): Map<string, Part> {
  return new Map(rowsOf(json, metrics).map(({ day, part }) => [day, part]));
}

/** Each day's splits by content type, by metric. Throws `PlatformError`. */
export function splitsFrom(json: unknown, metrics: readonly string[]): Map<string, Map<string, PostTypes>> {
  const days = new Map<string, Map<string, PostTypes>>();
  for (const { day, contentType = '', part } of rowsOf(json, metrics)) {
    if (part.error !== null) throw part.error;
    const type = CONTENT_TYPES.get(contentType.toLowerCase().replaceAll('_', '')) ?? contentType.toLowerCase();
    const splits = days.get(day) ?? new Map<string, PostTypes>();
    days.set(day, splits);
    for (const { metric, value } of part.values) {
      // A type that had no part in it is left out, so that the only one that had can be told.
      if (value === 0) continue;
      const split = splits.get(metric) ?? {};
      const known = Object.hasOwn(split, type) ? split[type] : undefined;
      splits.set(metric, { ...split, [type]: (known ?? 0) + value });
    }
  }
  return days;
}

function rowsOf(json: unknown, metrics: readonly string[]): Row[] {
  const parsed = table.safeParse(json);
  if (!parsed.success) throw unreadable(parsed.error);
  const { columnHeaders, rows } = parsed.data;
  return (rows ?? []).map((cells) => {
    const fields = Object.fromEntries(columnHeaders.map(({ name }, position) => [name, cells[position]]));
    const of = dimensions.safeParse(fields);
    if (!of.success) throw unreadable(of.error);
    return { day: of.data.day, contentType: of.data.creatorContentType, part: readValues(fields, metrics) };
  });
}

function unreadable(error: z.ZodError): PlatformError {
  return new PlatformError('unexpected_response', `the report has an unexpected form: ${whatIsWrong(error)}`);
}
