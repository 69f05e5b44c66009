import type { Clock } from '../clock.js';
import { checkAccount } from '../collector/check-account.js';
import { dateAt } from '../collector/day.js';
import { openAccount } from '../collector/open-account.js';
import { PlatformError } from '../errors.js';
import { LARGEST_SKEW_MS, skewOf } from '../http/clock-skew.js';
import type { HttpAnswer } from '../http/http.js';
import { redact } from '../http/redact.js';
import type { Platform } from '../platforms/contract.js';
import type { SampledConnection } from '../store/inspection.js';
import { capitalized, count, formatNumber, oneLine } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';
import { type Check, failed, passed, unchecked } from './doctor-check.js';
import { nameOf } from './doctor-key.js';
import { FIXES } from './fixes.js';
import { versionWarning } from './version.js';

/** Sends a request without a token, once. */
export type Probe = (url: URL) => Promise<HttpAnswer | PlatformError>;

/** What the platforms' servers answered. */
export interface Probed {
  readonly checks: readonly Check[];
  /** How far the machine's clock is ahead of each server's, in milliseconds. */
  readonly skews: readonly number[];
}

/** Asks the base addresses of each platform. Any answer shows that the API can be reached. */
export async function checkApis(
  platforms: readonly Platform[],
  addressesOf: (platform: string) => readonly string[],
  probe: Probe,
  { now }: Pick<Clock, 'now'>,
): Promise<Probed> {
  const addresses = [...new Set(platforms.flatMap(({ name }) => addressesOf(name)))];
  const answers = new Map(
    await Promise.all(
      addresses.map(async (address) => {
        const answer = await probe(new URL(address)).catch(refusal);
        const skew = answer instanceof PlatformError ? null : skewOf(answer.headers, now().getTime());
        return [address, { answer, skew }] as const;
      }),
    ),
  );
  const answersOf = (platform: Platform) =>
    addressesOf(platform.name).flatMap((address) => {
      const answer = answers.get(address)?.answer;
      return answer === undefined ? [] : [{ host: new URL(address).host, answer }];
    });
  return {
    checks: [
      ...platforms.flatMap((platform) => apiChecks(platform, answersOf(platform), now())),
      ...(await newerVersions(platforms, probe)),
    ],
    skews: [...answers.values()].flatMap(({ skew }) => (skew === null ? [] : [skew])),
  };
}

/** Versions that have come since this program was made. Platforms that share an API are told of once. */
async function newerVersions(platforms: readonly Platform[], probe: Probe): Promise<Check[]> {
  const newer = new Map(
    platforms.flatMap(({ version }) => (version.newer ? [[version.newer.url.href, version.newer]] : [])),
  );
  const found = await Promise.all(
    [...newer.values()].map(async ({ name, url, exists }) => {
      const answer = await probe(url).catch(refusal);
      return answer instanceof PlatformError || !exists(answer)
        ? []
        : [passed('version', `${url.host} has ${name} by now; a later release may use it.`)];
    }),
  );
  return found.flat();
}

interface Answered {
  readonly host: string;
  readonly answer: HttpAnswer | PlatformError;
}

function apiChecks(platform: Platform, answers: readonly Answered[], now: Date): Check[] {
  const { name, version } = platform;
  const warning = versionWarning(platform, now);
  const end = version.endsOn === null ? 'no end date known' : `until at least ${version.endsOn}`;
  const unreached = answers.flatMap(({ answer }) => (answer instanceof PlatformError ? [answer] : []));
  const inTrouble = answers.filter(({ answer }) => !(answer instanceof PlatformError) && answer.status >= 500);
  const hosts = [...new Set(answers.map(({ host }) => host))];
  const checks =
    unreached.length > 0
      ? [
          failed(
            'api',
            'error',
            `${name}: ${unreached.map(({ message }) => message).join('; ')}.`,
            'Check the network of this machine, its firewall, and HTTPS_PROXY if it uses a proxy.',
          ),
        ]
      : inTrouble.length > 0
        ? [
            failed(
              'api',
              'warning',
              `${name}: ${inTrouble.map(({ host, answer }) => `${host} answers HTTP ${'status' in answer ? answer.status : ''}`).join('; ')}.`,
              'The platform may have an outage. Look at its status page, and try again later.',
            ),
          ]
        : [
            passed(
              'api',
              [
                `${name}:${hosts.length === 0 ? '' : ` ${hosts.join(', ')} ${hosts.length === 1 ? 'answers' : 'answer'};`}`,
                `version ${version.name}, ${end}.`,
              ].join(' '),
            ),
          ];
  if (warning === null) return checks;
  const hasEnded = version.endsOn !== null && version.endsOn <= dateAt(now, 'UTC');
  const [what = '', remedy = ''] = warning.split(': ');
  return [...checks, failed('version', hasEnded ? 'error' : 'warning', `${name}: ${what}.`, `${capitalized(remedy)}.`)];
}

/** Compares the machine's clock with the median of the servers' clocks, since one of them may be wrong. */
export function checkClock(skews: readonly number[]): Check {
  const sorted = [...skews].sort((one, other) => one - other);
  const skew = sorted[Math.floor(sorted.length / 2)];
  if (skew === undefined) return unchecked('clock', 'no platform answered with a date');
  const servers = count(skews.length, 'server');
  if (Math.abs(skew) <= LARGEST_SKEW_MS) {
    return passed('clock', `Within ${formatNumber(Math.max(1, Math.ceil(Math.abs(skew) / 1000)))} s of ${servers}.`);
  }
  const minutes = formatNumber(Math.round(Math.abs(skew) / 60_000));
  return failed(
    'clock',
    'error',
    `The clock of this machine is ${minutes} minutes ${skew > 0 ? 'ahead of' : 'behind'} ${servers}; a run would record nothing.`,
    'Set the clock, for example with NTP.',
  );
}

/** Asks each platform about one account, with its real token, which is renewed in memory where a run would. */
export function checkLive(
  sample: readonly SampledConnection[],
  platforms: readonly Platform[],
  keyring: Keyring,
  clock: Clock,
): Promise<Check[]> {
  return Promise.all(
    platforms.flatMap((platform) => {
      const theirs = sample.filter((connection) => connection.platform === platform.name);
      const opens = theirs.filter(({ accessToken }) => keyring.decrypt(accessToken ?? '').ok);
      const chosen = opens.find(({ isFailing }) => !isFailing) ?? opens[0] ?? theirs[0];
      return chosen === undefined ? [] : [checkOne(chosen, platform, keyring, clock)];
    }),
  );
}

async function checkOne(
  connection: SampledConnection,
  platform: Platform,
  keyring: Keyring,
  clock: Clock,
): Promise<Check> {
  const secrets = [connection.accessToken, connection.refreshToken];
  try {
    const account = openAccount(connection, connection, keyring, platform);
    secrets.push(account.accessToken, account.refreshToken);
    await checkAccount(account, platform, clock);
    const how = platform.needsToken === false ? 'shows the account' : 'accepts the token';
    return passed('live', `${nameOf(connection)}: the platform ${how}.`);
  } catch (error) {
    const { reason, message } = refusal(error);
    const said = oneLine(redact(message, secrets));
    return failed('live', 'error', `${nameOf(connection)}: ${reason}: ${said}.`, FIXES[reason]);
  }
}

function refusal(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new PlatformError('unexpected_response', `unexpected error: ${oneLine(why)}`);
}
