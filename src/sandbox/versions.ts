/** The APIs' versions, derived from the sandbox's clock, so that the sandbox works on any date. */

interface YearAndMonth {
  readonly year: number;
  /** From 1. */
  readonly month: number;
}

/** Months since the year 0. */
function monthIndex({ year, month }: YearAndMonth): number {
  return year * 12 + month - 1;
}

function monthAt(instant: number): YearAndMonth {
  const date = new Date(instant);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1 };
}

/** LinkedIn has one version per month, `YYYYMM`, each supported for a year. */
const LINKEDIN_MONTHS = 12;

/** Versions of future months are accepted, because a test may set the clock back. */
export function isLinkedinVersion(version: string, now: number): boolean {
  const [, year, month] = /^(\d{4})(0[1-9]|1[0-2])$/.exec(version) ?? [];
  if (year === undefined) return false;
  const age = monthIndex(monthAt(now)) - monthIndex({ year: Number(year), month: Number(month) });
  return age < LINKEDIN_MONTHS;
}

/** The Graph API has three versions per year, each supported for two years: v21.0 was the oldest in October 2026. */
const GRAPH_MONTHS = 4;
const GRAPH_LIVES = 6;
const FIRST_GRAPH = { version: 21, since: { year: 2024, month: 10 } };

export function graphVersions(now: number): { readonly oldest: number; readonly newest: number } {
  const months = monthIndex(monthAt(now)) - monthIndex(FIRST_GRAPH.since);
  const newest = FIRST_GRAPH.version + Math.floor(months / GRAPH_MONTHS);
  return { oldest: newest - GRAPH_LIVES, newest };
}

/** The newest versions, under the names of the collector's variables. They are supported for at least a year. */
export function newestVersions(now: Date): { META_GRAPH_VERSION: string; LINKEDIN_VERSION: string } {
  const { year, month } = monthAt(now.getTime());
  return {
    META_GRAPH_VERSION: `v${graphVersions(now.getTime()).newest}.0`,
    LINKEDIN_VERSION: `${year}${String(month).padStart(2, '0')}`,
  };
}
