import { dateAt } from '../collector/day.js';
import { TOKEN_DAYS } from '../collector/renewal.js';
import type { Platform } from '../platforms/contract.js';
import type { OmittedEnds } from '../store/opening.js';
import { count } from '../text.js';
import type { ExpiringToken, ExpiringTokens } from './expiring.js';
import type { Coming } from './status-report.js';
import { endsSoon, versionRemedy } from './version.js';

/** What ends soon and has not ended yet, the soonest first. */
export function comingEnds(
  platforms: readonly Pick<Platform, 'version'>[],
  expiring: ExpiringTokens,
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
  return [...ends.values(), ...tokenEnds(expiring, now)].sort((one, other) => (one.on < other.on ? -1 : 1));
}

const WHAT = {
  token: { one: '1 token expires', several: (tokens: number) => `${count(tokens, 'token')} expire` },
  access: {
    one: 'the access to the data of 1 account ends',
    several: (accounts: number) => `the access to the data of ${count(accounts, 'account')} ends`,
  },
};

function tokenEnds({ tokens, omitted }: ExpiringTokens, now: Date): Coming[] {
  const ending = tokens.filter(({ endsAt }) => Date.parse(endsAt) > now.getTime());
  const alike = ({ ends, fix }: ExpiringToken) => `${ends} ${fix}`;
  return [...new Set(ending.map(alike))].flatMap((group) => {
    const tokens = ending.filter((token) => alike(token) === group);
    const [first] = tokens;
    // Whatever is left out comes later than the first of its kind.
    const isFirst = first === ending.find(({ ends }) => ends === first?.ends);
    return endOf(tokens, isFirst ? omitted : { token: 0, access: 0 });
  });
}

/** Of tokens that end, or their access, with the same remedy. */
function endOf(ending: readonly ExpiringToken[], omitted: OmittedEnds): Coming[] {
  const [first] = ending;
  if (first === undefined) return [];
  const { one, several } = WHAT[first.ends];
  const total = ending.length + omitted[first.ends];
  const on = dateAt(new Date(first.endsAt), 'UTC');
  if (total === 1) return [{ what: one, on, fix: first.fix }];
  // Of the tokens left out, some may be renewed.
  const upTo = first.ends === 'token' && omitted.token > 0 ? 'up to ' : '';
  const fix = first.fix.replace('the account', 'the accounts');
  return [{ what: `${upTo}${several(total)} within ${TOKEN_DAYS} days, the first`, on, fix }];
}
