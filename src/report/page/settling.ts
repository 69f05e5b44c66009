import { HOUR_MS } from '../../clock.js';
import { dayOf } from '../../collector/day.js';
import type { Platform } from '../../platforms/contract.js';
import type { StoredValue } from '../../store/values.js';

/** Later corrections count as made in the last hour. */
const LAST_HOUR = 7 * 24;
/** An average of fewer values means nothing. */
const FEWEST = 10;

/** How far a platform's values were from their final ones, by the hours after their day's end. */
export interface Settling {
  readonly platform: string;
  readonly settlesAfterHours: number;
  /** How many settled values of days were read, and how many of them were corrected after they were first read. */
  readonly settled: number;
  readonly corrected: number;
  /** By hour, if enough values are known: the mean distance of corrected values from their final ones, as a share of the final ones. */
  readonly distances: readonly { readonly hour: number; readonly distance: number }[];
}

export interface SettlingCollector {
  add(value: StoredValue): void;
  /** For platforms with settled values. */
  readonly platforms: readonly Settling[];
}

/** Measures how values settle from what is stored of corrected ones: the value read first, and when the correction was read. */
export function collectSettling(platforms: ReadonlyMap<string, Pick<Platform, 'day'>>): SettlingCollector {
  const tallies = new Map<string, Tally>();
  return {
    add({ account: { platform }, date, value, period, settled, first, revisedAt }) {
      const day = platforms.get(platform)?.day;
      if (day === undefined || period !== 'day' || !settled) return;
      const tally = tallies.get(platform) ?? newTally();
      tallies.set(platform, tally);
      tally.settled++;
      if (first === null || revisedAt === null || first.value === value) return;
      tally.corrected++;
      const end = dayOf(date, day.timeZone).end.getTime();
      const [read, corrected] = [hourAfter(end, first.fetchedAt), hourAfter(end, revisedAt)];
      const distance = value === 0 ? 1 : Math.min(1, Math.abs(first.value - value) / Math.abs(value));
      tally.known[read] = (tally.known[read] ?? 0) + 1;
      tally.moved[read] = (tally.moved[read] ?? 0) + distance;
      tally.moved[corrected] = (tally.moved[corrected] ?? 0) - distance;
    },
    get platforms() {
      return [...tallies].map(([platform, { settled, corrected, known, moved }]) => ({
        platform,
        settlesAfterHours: platforms.get(platform)?.day.settlesAfterHours ?? 0,
        settled,
        corrected,
        distances: distancesOf(known, moved),
      }));
    },
  };
}

/** By hour: how many corrected values become known, and by how much the sum of their distances changes. */
interface Tally {
  settled: number;
  corrected: number;
  readonly known: number[];
  readonly moved: number[];
}

function newTally(): Tally {
  return { settled: 0, corrected: 0, known: hours(), moved: hours() };
}

function hours(): number[] {
  return new Array<number>(LAST_HOUR + 1).fill(0);
}

function hourAfter(end: number, instant: string): number {
  return Math.min(LAST_HOUR, Math.max(0, Math.ceil((Date.parse(instant) - end) / HOUR_MS)));
}

function distancesOf(known: readonly number[], moved: readonly number[]): { hour: number; distance: number }[] {
  let [values, sum] = [0, 0];
  return known.flatMap((more, hour) => {
    values += more;
    sum += moved[hour] ?? 0;
    return values < FEWEST ? [] : [{ hour, distance: Math.max(0, sum / values) }];
  });
}
