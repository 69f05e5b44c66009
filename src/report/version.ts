import { addDays, dateAt } from '../collector/day.js';
import type { Platform } from '../platforms/contract.js';

const WARN_DAYS = 60;

/**
 * A warning about a version that has ended or ends soon; otherwise null. Platforms that share an API get the same message, so
 * that it is shown once.
 */
export function versionWarning({ version }: Pick<Platform, 'version'>, now: Date): string | null {
  const { name, endsOn, variable } = version;
  const today = dateAt(now, 'UTC');
  if (endsOn === null || endsOn > addDays(today, WARN_DAYS)) return null;
  const remedy = variable === null ? 'update analytics-collect' : `set ${variable} to a newer version`;
  return `API version ${name} ${endsOn > today ? 'ends' : 'ended'} on ${endsOn}: ${remedy}`;
}
