import { z } from 'zod';
import { DAY_MS } from '../../clock.js';
import { PlatformError } from '../../errors.js';
import type { Day } from '../contract.js';
import { metricNumber } from '../shared/number.js';
import { type Part, readValues, type Warn } from '../shared/parts.js';
import { list } from '../shared/shape.js';
import { metricsOf, type Resource } from './resources.js';

const answer = z.object({ elements: list(z.unknown(), 1_000) });
const dated = z.object({ timeRange: z.object({ start: metricNumber }) });

/**
 * The query for the days between two midnights of UTC, in the syntax of Rest.li 2.0.0. Whether `start` is inclusive has changed in
 * the documentation and reportedly differs between the statistics, so the range starts one day early.
 */
export function queryFor(resource: Resource, urn: string, { start, end }: Pick<Day, 'start' | 'end'>): string {
  const range = `start:${start.getTime() - DAY_MS},end:${end.getTime()}`;
  return `q=${resource.finder}&${resource.finder}=${urn}&timeIntervals=(timeRange:(${range}),timeGranularityType:DAY)`;
}

/** The values of one of the statistics, by day. An element belongs to the day in which its time range starts. Throws `PlatformError`. */
export function dailyFrom(json: unknown, resource: Resource, days: readonly Day[], warn: Warn): Map<string, Part> {
  const metrics = metricsOf(resource);
  const optional = { metrics: metrics.optional, warn: (message: string) => warn(`linkedin: ${message}`) };
  const parsed = answer.safeParse(json);
  if (!parsed.success) throw unexpected(resource, 'the answer has no list of elements');
  const found = new Map<string, Part>();
  for (const element of parsed.data.elements) {
    const time = dated.safeParse(element);
    if (!time.success) throw unexpected(resource, 'an element has no readable time range');
    const { start: from } = time.data.timeRange;
    const day = days.find(({ start, end }) => start.getTime() <= from && from < end.getTime());
    if (day === undefined) continue;
    const fields = resource.fields.safeParse(element);
    found.set(
      day.date,
      fields.success
        ? readValues(fields.data, metrics.all, optional)
        : { values: [], error: unexpected(resource, `${day.date} has an unexpected form`) },
    );
  }
  return found;
}

function unexpected(resource: Resource, what: string): PlatformError {
  return new PlatformError('unexpected_response', `${resource.path}: ${what}`);
}
