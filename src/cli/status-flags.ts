import { nearest } from '../edit-distance.js';
import { FAILURE_REASONS } from '../errors.js';
import type { AccountsFilter, ListedReason } from '../report/status-accounts.js';
import type { Threshold, Thresholds } from '../report/status-check.js';
import { ACCOUNT_STATES } from '../store/account-states.js';
import { parsePlatform, parsePlatforms, usageError } from './flags.js';

/** What `--reason` takes. */
export const LISTED_REASONS: readonly ListedReason[] = [...FAILURE_REASONS, ...ACCOUNT_STATES];

interface Flags {
  readonly user?: string;
  readonly platform?: readonly string[];
  readonly reason?: string;
  readonly csv?: true | undefined;
  readonly warn?: readonly Threshold[];
  readonly fail?: readonly Threshold[];
}

/** Parses a share of accounts, `90%` or `PLATFORM=80%`, and adds it to those given before. */
export function parseThreshold(flag: string) {
  return (text: string, before: readonly Threshold[] = []): readonly Threshold[] => {
    const [, platform = null, percent = ''] = /^(?:([^=%]+)=)?(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text.trim()) ?? [];
    const share = percent === '' ? Number.NaN : Number(percent) / 100;
    if (share <= 1) return [...before, { platform, share }];
    throw usageError(
      `${flag} ${JSON.stringify(text)} is not a share of accounts (N% or PLATFORM=N%).`,
      `For example ${flag} 90%, or ${flag} PLATFORM=80%.`,
    );
  };
}

/** Null if neither `--warn` nor `--fail` is given. Throws `CollectError` `usage` for an unknown platform. */
export function parseThresholds({ warn = [], fail = [] }: Flags, known: readonly string[]): Thresholds | null {
  const given = { '--warn': warn, '--fail': fail };
  for (const [flag, thresholds] of Object.entries(given)) {
    for (const { platform } of thresholds) if (platform !== null) parsePlatform(platform, known, flag);
  }
  return warn.length + fail.length === 0 ? null : { warn, fail };
}

/** Which accounts are to be listed; null if none of the flags asks for it. Throws `CollectError` `usage`. */
export function parseAccountsFilter(flags: Flags, known: readonly string[]): AccountsFilter | null {
  const { user, reason, csv } = flags;
  const platforms = parsePlatforms(flags.platform, known);
  if (user === undefined && platforms === undefined && reason === undefined && !csv) return null;
  return {
    ...(user !== undefined && { userId: user }),
    ...(platforms !== undefined && { platforms }),
    ...(reason !== undefined && { reason: parseReason(reason) }),
  };
}

function parseReason(text: string): ListedReason {
  const reason = LISTED_REASONS.find((each) => each === text);
  if (reason !== undefined) return reason;
  const near = nearest(text, LISTED_REASONS, 3);
  throw usageError(
    `--reason ${JSON.stringify(text)} is not a known reason.`,
    near === null ? `Known: ${LISTED_REASONS.join(', ')}.` : `Did you mean ${near}?`,
  );
}
