import type { Platform } from '../platforms/contract.js';
import type { PlatformRow } from '../store/platforms.js';
import { FIXES } from './fixes.js';

/** What the database keeps of a platform. */
export function platformRow({ name, day, metrics }: Pick<Platform, 'name' | 'day' | 'metrics'>): PlatformRow {
  return {
    platform: name,
    timeZone: day.timeZone,
    settlesAfterHours: day.settlesAfterHours,
    reachDays: day.reachDays,
    metrics: Object.fromEntries(
      metrics.map(({ name, unit, aggregate, period = 'day', aliasOf, breaks = [] }) => [
        name,
        {
          unit,
          aggregate,
          period,
          aliasOf: aliasOf ?? null,
          breaks: breaks.map(({ from, until = from, change }) => ({ from, until, change })),
        },
      ]),
    ),
    fixes: FIXES,
  };
}
