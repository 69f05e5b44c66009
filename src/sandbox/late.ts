import type { SandboxAccount } from './account.js';
import { DAY_MS, pacificDayAt } from './days.js';
import { population } from './population.js';

const PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'] as const;

/** How each platform's values come late and are corrected. `start` is the time of the first run; the others follow one day apart. */
const LATENESS: Readonly<Record<(typeof PLATFORMS)[number], (start: number) => Partial<SandboxAccount>>> = {
  // No data on the next morning, most of it a day later, all of it within two days.
  instagram: () => ({
    courses: [
      {
        steps: [
          { fromHours: 12, share: 0.8 },
          { fromHours: 36, share: 1 },
        ],
      },
    ],
  }),
  // The Page has no data until its permission is granted before the fourth run; later, video views come after the rest has settled.
  facebook: (start) => ({
    silences: [[0, start + 2.5 * DAY_MS]],
    courses: [
      { metrics: ['page_video_views'], steps: [{ fromHours: 80, share: 1 }] },
      {
        steps: [
          { fromHours: 12, share: 0.95 },
          { fromHours: 36, share: 1 },
        ],
      },
    ],
  }),
  // Rows come after two days. One day's rows are missing at first, and follow when later days are there; an audit lowers the views.
  youtube: (start) => ({
    courses: [
      { dates: [pacificDayAt(start - DAY_MS).date], steps: [{ fromHours: 108, share: 1 }] },
      {
        metrics: ['views'],
        steps: [
          { fromHours: 36, share: 1.06 },
          { fromHours: 84, share: 1 },
        ],
      },
    ],
  }),
  // Values are corrected twice; in between, the answers of one run are empty.
  linkedin: (start) => ({
    silences: [[start + 4.5 * DAY_MS, start + 5.5 * DAY_MS]],
    courses: [
      {
        steps: [
          { fromHours: 24, share: 0.8 },
          { fromHours: 48, share: 0.95 },
          { fromHours: 60, share: 1 },
        ],
      },
    ],
  }),
};

/** One account per platform, whose values are corrected in the days after the first run. */
export function latePopulation(firstRun: Date): SandboxAccount[] {
  return PLATFORMS.flatMap((platform) =>
    population({ users: 1, platforms: [platform] }).map((account) => ({
      ...account,
      ...LATENESS[platform](firstRun.getTime()),
    })),
  );
}
