import { PlatformError } from '../../src/errors.js';
import { type DayResult, dayResult, type MetricValue, type Platform } from '../../src/platforms/contract.js';

export const HOUR_MS = 3_600_000;
/** Midnight UTC before the first run. */
export const EPOCH = Date.parse('2026-03-02T00:00:00Z');
export const SETTLES_AFTER_HOURS = 48;
export const TIME_ZONES = { range: 'UTC', day: 'America/Los_Angeles' } as const;
export const METRICS = ['views', 'likes', 'reach'] as const;
/** Where days are asked for one by one, it is asked for only once a day has settled. */
const LATER = 'reach';

/** How a value of a day comes: absent before `at`, then `first`, from `correctedAt` on `last`. Hours after the day's end. */
export interface Story {
  readonly first: number;
  readonly last: number;
  readonly at: number;
  readonly correctedAt: number;
}

/** What is true of one account, and what its platform makes of it. */
export interface Script {
  readonly asks: 'range' | 'day';
  /** By day, counted from `EPOCH`, then by metric; null: the platform never has it. */
  readonly stories: readonly (readonly (Story | null)[])[];
  /** Days of which nothing is given at first: until so many hours after their end. */
  readonly emptyUntil: readonly number[];
  /** A day that shows zeros from so many hours after its settling on, for so many hours; null: none. */
  readonly falseZeros: { readonly day: number; readonly after: number; readonly hours: number } | null;
}

/** What is wrong with an account in one run. */
export type Trouble = 'none' | 'dead_token' | 'no_permission' | 'down' | 'half' | 'disabled';

export function dateOf(index: number): string {
  return new Date(EPOCH + index * 24 * HOUR_MS).toISOString().slice(0, 10);
}

export function indexOf(date: string): number {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - EPOCH) / (24 * HOUR_MS));
}

/** What the platform says of a day so many hours after its end. */
function valuesAt({ stories, emptyUntil, falseZeros }: Script, index: number, hours: number): MetricValue[] {
  if (hours < (emptyUntil[index] ?? 0)) return [];
  const sinceZero = falseZeros?.day === index ? hours - SETTLES_AFTER_HOURS - falseZeros.after : -1;
  const areZero = falseZeros !== null && sinceZero >= 0 && sinceZero < falseZeros.hours;
  return METRICS.flatMap((metric, column) => {
    const story = stories[index]?.[column] ?? null;
    if (story === null || hours < story.at) return [];
    if (areZero) return [{ metric, value: 0 }];
    return [{ metric, value: hours < story.correctedAt ? story.first : story.last }];
  });
}

/** What is true of a day in the end. */
export function truthOf({ stories }: Script, index: number): Record<string, number> {
  return Object.fromEntries(
    METRICS.flatMap((metric, column) => {
      const story = stories[index]?.[column] ?? null;
      return story === null ? [] : [[metric, story.last]];
    }),
  );
}

/** A platform of accounts that follow their scripts; an account's id is its place among them. */
export function modelPlatform(
  asks: Script['asks'],
  scripts: readonly Script[],
  trouble: (account: number) => Trouble,
): Platform {
  return {
    name: `by_${asks}`,
    api: `by_${asks}_api`,
    day: { timeZone: TIME_ZONES[asks], settlesAfterHours: SETTLES_AFTER_HOURS, reachDays: 90, asks },
    metrics: METRICS.map((metric) => ({
      name: metric,
      apiName: metric,
      unit: 'count',
      aggregate: metric === 'reach' ? 'none' : 'sum',
      meaning: metric,
    })),
    version: { name: 'v1', endsOn: null, variable: null },
    renewsTokens: false,
    endsByDate: () => false,
    storageRule: null,

    async collect({ accountId }, days, context) {
      const place = Number(accountId);
      const script = scripts[place];
      if (script === undefined) throw new Error(`no script ${accountId}`);
      const wrong = trouble(place);
      if (wrong === 'dead_token') throw new PlatformError('needs_reconnect', 'the token is dead', 'connection');
      if (wrong === 'no_permission') throw new PlatformError('missing_permission', 'not granted', 'connection');
      if (wrong === 'down') throw new PlatformError('platform_error', 'down', 'day');
      const now = context.now().getTime();
      const results = days.map(({ date, end }): DayResult => {
        const all = valuesAt(script, indexOf(date), (now - end.getTime()) / HOUR_MS);
        const isLeftOut = asks === 'day' && context.provisional.has(date);
        const values = isLeftOut ? all.filter(({ metric }) => metric !== LATER) : all;
        if (wrong !== 'half') return dayResult(date, values);
        return { date, kind: 'failed', error: new PlatformError('timeout', 'no answer'), values: values.slice(0, 1) };
      });
      return { days: results, closing: [] };
    },

    check: async () => ({ accountName: null }),
  };
}
