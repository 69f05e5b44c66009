import type { ApiVersion } from '../contract.js';

/**
 * The known versions of LinkedIn's API, oldest first, with the day until which each is answered: as published for those up to
 * 202604, else the least that LinkedIn promises, twelve months. None before its own month has passed is safe to ask for.
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
 * The newest that is known to be answered. 202609 is listed as the latest, yet no answered call is known, and one was refused in
 * the month itself.
 */
export const NEWEST_VERSION = '202608';

/** The version that is asked for: the one chosen (`YYYYMM`), else the newest known. */
export function linkedInVersion(chosen: string | null): ApiVersion {
  const name = chosen ?? NEWEST_VERSION;
  return { name, endsOn: VERSIONS.get(name) ?? null, variable: 'LINKEDIN_VERSION' };
}
