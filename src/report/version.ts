import { addDays, dateAt } from '../collector/day.js';
import type { Platform } from '../platforms/contract.js';
import type { ApiVersion } from '../platforms/version.js';

const WARN_DAYS = 60;

/**
 * A warning about a version that has ended or ends soon; otherwise null. Platforms that share an API get the same message, so
 * that it is shown once.
 */
export function versionWarning({ version }: Pick<Platform, 'version'>, now: Date): string | null {
  const { name, endsOn } = version;
  if (!endsSoon(version, now)) return null;
  return `API version ${name} ${endsOn !== null && endsOn > dateAt(now, 'UTC') ? 'ends' : 'ended'} on ${endsOn}: ${versionRemedy(version)}`;
}

/** Whether a version has ended or ends within 60 days. */
export function endsSoon({ endsOn }: Pick<ApiVersion, 'endsOn'>, now: Date): boolean {
  return endsOn !== null && endsOn <= addDays(dateAt(now, 'UTC'), WARN_DAYS);
}

/** What to do about a version that ends. */
export function versionRemedy({ variable }: Pick<ApiVersion, 'variable'>): string {
  return variable === null ? 'update analytics-collect' : `set ${variable} to a newer version`;
}
