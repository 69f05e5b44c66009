import { HOUR_MS } from '../clock.js';
import { formatDuration, formatNumber } from '../text.js';
import type { PlatformStatus, StatusReport } from './status-report.js';

/** The share of accounts that must be complete or late, from 0 to 1: for one platform, or for all without their own. */
export interface Threshold {
  readonly platform: string | null;
  readonly share: number;
}

export interface Thresholds {
  readonly warn: readonly Threshold[];
  readonly fail: readonly Threshold[];
}

export type Verdict =
  | { readonly level: 'well' }
  /** `message` names the worst platform, and how many others there are. */
  | { readonly level: 'warning' | 'failing'; readonly message: string };

interface Finding {
  readonly level: 'warning' | 'failing';
  readonly share: number;
  readonly text: string;
}

/** Compares the platforms with the thresholds. Having no accounts fails: a wrong database must not look healthy. */
export function judgeStatus(platforms: readonly PlatformStatus[], { warn, fail }: Thresholds): Verdict {
  const inUse = platforms.filter(({ accounts }) => accounts > 0);
  if (inUse.length === 0) return { level: 'failing', message: 'there are no accounts' };
  const named = [...fail, ...warn].flatMap(({ platform }) => platform ?? []);
  const unused = [...new Set(named)].filter((name) => !inUse.some(({ platform }) => platform === name));
  const findings = [
    ...unused.map((name): Finding => ({ level: 'failing', share: -1, text: `${name} has no accounts` })),
    ...inUse.flatMap(
      (platform): Finding[] => finding('failing', platform, fail) ?? finding('warning', platform, warn) ?? [],
    ),
  ].sort((one, other) => (one.level === other.level ? one.share - other.share : one.level === 'failing' ? -1 : 1));
  const [worst, ...others] = findings;
  if (worst === undefined) return { level: 'well' };
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return { level: worst.level, message: `${worst.text}${more}` };
}

function finding(level: Finding['level'], status: PlatformStatus, thresholds: readonly Threshold[]): Finding[] | null {
  const own = thresholds.findLast(({ platform }) => platform === status.platform);
  const limit = own ?? thresholds.findLast(({ platform }) => platform === null);
  const share = (status.complete + status.late) / status.accounts;
  if (limit === undefined || share >= limit.share) return null;
  const well = `${formatNumber(status.complete + status.late)} of ${formatNumber(status.accounts)} accounts`;
  const text = `${status.platform}: ${well} complete or late (${percent(share)}, at least ${percent(limit.share)} required)`;
  return [{ level, share, text }];
}

/** Rounded down, so that a share below a threshold never looks as if it met it. */
function percent(share: number): string {
  return `${Math.floor(share * 1_000 + 1e-9) / 10}%`;
}

/** Why the newest completed run is too old, or null. Only completed runs count, and their age is measured from their start. */
export function staleness({ last_success: success }: StatusReport, maxAgeHours: number): string | null {
  if (success === null) return 'no run over all users and platforms has completed yet';
  if (success.age_hours <= maxAgeHours) return null;
  return `the last completed run started ${formatDuration(success.age_hours * HOUR_MS)} ago, more than ${formatNumber(maxAgeHours)} h`;
}
