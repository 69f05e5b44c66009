import type { ApiVersion } from '../version.js';

/**
 * The known versions of LinkedIn's API, oldest first, with the day until which each is supported: as published for those up to
 * 202604, for later ones the twelve months that LinkedIn promises at least. A version is not safe to use until its own month has passed.
 * https://learn.microsoft.com/en-us/linkedin/marketing/versioning
 */
export const VERSIONS: ReadonlyMap<string, string> = new Map([
  ['202508', '2026-08-17'],
  ['202510', '2026-10-15'],
  ['202511', '2026-11-16'],
  ['202601', '2027-01-15'],
  ['202602', '2027-02-15'],
  ['202603', '2027-03-16'],
  ['202604', '2027-04-15'],
  ['202605', '2027-05-01'],
  ['202606', '2027-06-01'],
  ['202607', '2027-07-01'],
  ['202608', '2027-08-01'],
  ['202609', '2027-09-01'],
]);

/**
 * The newest version that is known to be answered. 202609 is listed as the latest, but no successful call is known, and one was
 * refused during that month.
 */
export const NEWEST_VERSION = '202608';

/** The version that the requests of a run are sent with: the chosen one, until LinkedIn no longer answers it. */
export interface Versions {
  readonly first: string;
  readonly current: string;
  /** The known version to go on with when one is not answered; null if there is no other. */
  after(refused: string): string | null;
}

export function createVersions(chosen: string | null): Versions {
  const first = linkedInVersion(chosen).name;
  const others = [...VERSIONS.keys()].filter((version) => version !== first);
  // Newer ones first: a version that is no longer answered has ended.
  const candidates = [
    ...others.filter((version) => version > first),
    ...others.filter((version) => version < first).reverse(),
  ];
  let current = first;
  return {
    first,
    get current() {
      return current;
    },
    after(refused) {
      if (refused !== current) return current;
      const next = candidates.shift() ?? null;
      if (next !== null) current = next;
      return next;
    },
  };
}

/** The version that is asked for: the one chosen (`YYYYMM`), else the newest known. */
export function linkedInVersion(chosen: string | null): ApiVersion {
  const name = chosen ?? NEWEST_VERSION;
  return { name, endsOn: VERSIONS.get(name) ?? null, variable: 'LINKEDIN_VERSION' };
}
