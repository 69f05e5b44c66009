import { dateAt } from '../collector/day.js';
import { TOKEN_DAYS } from '../collector/renewal.js';
import type { Platform } from '../platforms/contract.js';
import { count } from '../text.js';
import type { ExpiringTokens } from './expiring.js';
import type { Coming } from './status-report.js';
import { endsSoon, versionRemedy } from './version.js';

/** What ends soon and has not ended yet, the soonest first. */
export function comingEnds(
  platforms: readonly Pick<Platform, 'version'>[],
  { tokens, omitted }: ExpiringTokens,
  now: Date,
): Coming[] {
  const today = dateAt(now, 'UTC');
  const versions = platforms.flatMap(({ version }) =>
    version.endsOn !== null && version.endsOn > today && endsSoon(version, now)
      ? [{ what: `API version ${version.name} ends`, on: version.endsOn, fix: versionRemedy(version) }]
      : [],
  );
  // Platforms that share an API have one version.
  const ends = new Map(versions.map((end) => [end.what, end]));
  return [...ends.values(), ...tokenEnds(tokens, omitted, now)].sort((one, other) => (one.on < other.on ? -1 : 1));
}

function tokenEnds(tokens: ExpiringTokens['tokens'], omitted: number, now: Date): Coming[] {
  const ending = tokens.filter(({ tokenExpiresAt }) => Date.parse(tokenExpiresAt) > now.getTime());
  const [first] = ending;
  if (first === undefined) return [];
  const total = ending.length + omitted;
  const on = dateAt(new Date(first.tokenExpiresAt), 'UTC');
  const fix = total === 1 ? 'connect the account again' : 'connect the accounts again';
  if (total === 1) return [{ what: '1 token expires', on, fix }];
  const upTo = omitted > 0 ? 'up to ' : '';
  return [{ what: `${upTo}${count(total, 'token')} expire within ${TOKEN_DAYS} days, the first`, on, fix }];
}
