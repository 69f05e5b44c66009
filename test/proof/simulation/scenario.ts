import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/clock.js';
import { addDays, dateAt, datesBetween } from '../../../src/collector/day.js';
import type { Course, Fault, SandboxAccount, SandboxPlatform } from '../../../src/sandbox/account.js';
import { population } from '../../../src/sandbox/population.js';
import { EXPECTED } from '../../conformance/accounts.js';
import { createRandom, type Random } from './random.js';

const PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'] as const;
export const SETTLES_AFTER_HOURS: Readonly<Record<SandboxPlatform, number>> = {
  instagram: 48,
  facebook: 48,
  youtube: 96,
  linkedin: 72,
  pinterest: 48,
  threads: 48,
  tiktok: 48,
  bluesky: 0,
  mastodon: 0,
};
const ACCOUNTS = 20;
const DAYS = 60;
/** In the last of them nothing goes wrong any more. */
const CALM_DAYS = 8;
/** Zeros of a settled day are doubted for 28 days: the last of them must be over before the end. */
const LAST_FALSE_ZERO_DAY = 22;
const LONGEST_SPELL_RUNS = 10;

/** What is wrong with an account in a run. */
export type Trouble =
  | Fault
  /** The connection is not active, or its token cannot be decrypted. */
  | { readonly kind: 'disabled' | 'undecryptable' }
  /** Answers without any data. */
  | { readonly kind: 'silent' };

/** What goes wrong between a run and its database, at its call number `atCall`. */
export interface StoreFault {
  readonly kind: 'killed' | 'unreachable' | 'away' | 'refused';
  readonly atCall: number;
  /** Whether the call took effect. */
  readonly isDone: boolean;
}

export interface Run {
  /** Ms since the epoch, of the world's clock. */
  readonly at: number;
  /** How far the clock of this machine is ahead. */
  readonly clockAheadMs: number;
  readonly scope: 'all' | readonly SandboxPlatform[] | { readonly shard: number };
  readonly storeFault: StoreFault | null;
  /** At which request the run is told to stop; null: never. */
  readonly stoppedAt: number | null;
  /** By account. */
  readonly troubles: readonly (Trouble | null)[];
  /** Accounts that are connected just before it. */
  readonly joining: readonly number[];
}

export interface Scenario {
  readonly seed: number;
  readonly accounts: readonly SandboxAccount[];
  /** By account: the dates for which its platform never has data. */
  readonly empty: readonly ReadonlySet<string>[];
  readonly retired: readonly string[];
  /** One request at a time makes a replay exact. */
  readonly concurrency: number;
  readonly runs: readonly Run[];
}

type Draft = { -readonly [Key in keyof Run]: Run[Key] } & { troubles: (Trouble | null)[]; joining: number[] };

export function createScenario(seed: number): Scenario {
  const random = createRandom(seed);
  const begin = Date.parse('2026-01-05T00:00:00Z') + random.int(0, 700) * DAY_MS;
  const stories = createAccounts(random, begin);
  return {
    seed,
    accounts: stories.map(({ account }) => account),
    empty: stories.map(({ empty }) => empty),
    retired: random.percent(20) ? PLATFORMS.map((platform) => EXPECTED[platform].refused.metric) : [],
    concurrency: random.percent(70) ? 1 : 8,
    runs: createRuns(random, begin),
  };
}

function createAccounts(random: Random, begin: number) {
  // An anomaly of a platform takes ten accounts.
  const crowd = random.percent(30) ? random.pick(PLATFORMS) : null;
  const sizeOf = (platform: SandboxPlatform) => (crowd === null ? ACCOUNTS / 4 : platform === crowd ? 11 : 3);
  const chosen = PLATFORMS.flatMap((platform) =>
    random.shuffle(population({ users: 30, platforms: [platform] })).slice(0, sizeOf(platform)),
  );
  const common = Object.fromEntries(PLATFORMS.map((platform) => [platform, random.int(8, LAST_FALSE_ZERO_DAY)]));
  return chosen.map((account, place) => {
    const other = chosen[random.int(0, place)];
    // Some users have several accounts of a platform.
    const userId = random.percent(40) && other?.platform === account.platform ? other.userId : account.userId;
    const zeroDay =
      account.platform === crowd && random.percent(90) ? common[crowd] : random.int(8, LAST_FALSE_ZERO_DAY);
    const { courses, empty } = createCourses(random, account.platform, begin, zeroDay ?? 8);
    return { account: { ...account, userId, courses }, empty };
  });
}

/** How the values of an account's days come: late, in part at first, for some days never, and on one day as zeros for a while. */
function createCourses(random: Random, platform: SandboxPlatform, begin: number, zeroDay: number) {
  const settles = SETTLES_AFTER_HOURS[platform];
  const first = addDays(dateAt(new Date(begin), 'UTC'), -10);
  const dates = random.shuffle(datesBetween(first, addDays(first, DAYS + 12)));
  const take = (count: number) => dates.splice(0, count);
  const courses: Course[] = [];
  const empty = new Set(take(random.int(0, 4)));
  courses.push({ dates: [...empty], steps: [] });
  const zeros = addDays(first, 10 + zeroDay);
  if ((platform === 'facebook' || platform === 'instagram') && random.percent(60) && !empty.has(zeros)) {
    const fromHours = settles + random.int(0, 5 * 24);
    const shown = { fromHours: random.int(0, settles - 1), share: 1 };
    const steps = [shown, { fromHours, share: 1e-9 }, { fromHours: fromHours + random.int(1, 10 * 24), share: 1 }];
    courses.push({ dates: [zeros], steps });
  }
  const metrics = Object.values(EXPECTED[platform].daily);
  for (let pattern = 0; pattern < 5; pattern++) {
    const [early = 0, late = 0] = [random.int(0, settles - 1), random.int(0, settles - 1)].sort((a, b) => a - b);
    const some = take(random.int(2, 9));
    const last = { fromHours: late, share: 1 };
    if (random.percent(40)) {
      const metric = metrics[random.int(0, metrics.length - 1)] ?? '';
      courses.push({ metrics: [metric], dates: some, steps: [last] });
    } else {
      const steps = early < late ? [{ fromHours: early, share: random.int(50, 120) / 100 }, last] : [last];
      courses.push({ dates: some, steps });
    }
  }
  return { courses, empty };
}

function createRuns(random: Random, begin: number): Run[] {
  const runs: Draft[] = [];
  let at = begin + 9 * HOUR_MS;
  const stormUntil = begin + (DAYS - CALM_DAYS) * DAY_MS;
  for (; at < stormUntil; at = nextRun(random, at)) runs.push(createRun(random, at));
  const isCalm = (run: Draft | undefined): run is Draft =>
    run !== undefined && run.storeFault === null && run.stoppedAt === null && run.scope === 'all' && !isOff(run);
  for (let place = 0; place < ACCOUNTS; place++) {
    addSpells(random, runs, place);
    addSilences(random, runs, place, isCalm);
    const calm = runs.filter((run, index) => isCalm(run) && index < runs.length / 3);
    const joined = calm[random.percent(60) ? 0 : random.int(0, calm.length - 1)] ?? untroubledRun(begin);
    if (!runs.includes(joined)) runs.unshift(joined);
    joined.troubles[place] = null;
    joined.joining.push(place);
  }
  for (let day = DAYS - CALM_DAYS; day <= DAYS; day++) runs.push(untroubledRun(begin + day * DAY_MS + 9.5 * HOUR_MS));
  return runs;
}

function isOff({ clockAheadMs }: Draft): boolean {
  return Math.abs(clockAheadMs) > 10 * MINUTE_MS;
}

/** At 02:00 or 09:00 UTC as scheduled, at an odd hour, or after some days without a run. */
function nextRun(random: Random, at: number): number {
  if (random.percent(12)) return at + random.int(1, 40) * HOUR_MS + random.int(0, 59) * MINUTE_MS;
  const midnight = Math.floor(at / DAY_MS) * DAY_MS;
  const days = random.percent(6) ? random.int(2, 9) : 1;
  return midnight + days * DAY_MS + (random.percent(50) ? 2 : 9) * HOUR_MS;
}

function createRun(random: Random, at: number): Draft {
  const shardOrPlatforms = () =>
    random.percent(50) ? { shard: random.int(1, 2) } : random.shuffle(PLATFORMS).slice(0, random.int(1, 3));
  return {
    ...untroubledRun(at),
    clockAheadMs: random.percent(85) ? 0 : skew(random),
    scope: random.percent(90) ? 'all' : shardOrPlatforms(),
    storeFault: random.percent(70) ? null : createStoreFault(random),
    stoppedAt: random.percent(93) ? null : random.int(1, 120),
  };
}

function skew(random: Random): number {
  const size = random.percent(50) ? random.int(1, 9) * MINUTE_MS : random.int(11, 5_000) * MINUTE_MS;
  return random.percent(50) ? size : -size;
}

function createStoreFault(random: Random): StoreFault {
  return {
    kind: random.pick(['killed', 'killed', 'unreachable', 'away', 'refused']),
    atCall: random.int(0, 9),
    isDone: random.percent(50),
  };
}

function untroubledRun(at: number): Draft {
  return {
    at,
    clockAheadMs: 0,
    scope: 'all',
    storeFault: null,
    stoppedAt: null,
    troubles: Array<Trouble | null>(ACCOUNTS).fill(null),
    joining: [],
  };
}

/** Troubles that last for several runs, and others that an account meets once. */
function addSpells(random: Random, runs: readonly Draft[], place: number): void {
  let left = 0;
  let spell: Trouble | null = null;
  for (const run of runs) {
    if (left-- <= 0) {
      const isLong = random.percent(4);
      left = isLong ? random.int(1, LONGEST_SPELL_RUNS) : 0;
      spell = isLong ? longTrouble(random) : random.percent(10) ? shortTrouble(random) : null;
    }
    run.troubles[place] = spell;
  }
}

function longTrouble(random: Random): Trouble {
  return random.pick<Trouble>([
    { kind: 'dead_token' },
    { kind: 'missing_permission' },
    { kind: 'expired_token' },
    { kind: 'api_down' },
    { kind: 'disabled' },
    { kind: 'undecryptable' },
    { kind: 'numbers_as_strings' },
    { kind: 'unknown_fields' },
  ]);
}

function shortTrouble(random: Random): Trouble {
  const times = random.int(1, 4);
  return random.pick<Trouble>([
    { kind: 'server_error', times },
    { kind: 'server_error', code: 1, times },
    { kind: 'server_error', code: 2, times },
    { kind: 'reset', times },
    { kind: 'stall', times: 1 },
    { kind: 'throttled', times },
    { kind: 'throttled', window: 'MINUTE', times },
    { kind: 'html', times },
    { kind: 'truncated_json', times },
    { kind: 'error_in_200', times },
    { kind: 'wrong_types', times },
    { kind: 'missing_permission', times },
    { kind: 'foreign_app' },
  ]);
}

/**
 * Answers without data are believed of a settled day that has none, so they are given only in a run that is one of three in a row in
 * which all else goes well.
 */
function addSilences(
  random: Random,
  runs: readonly Draft[],
  place: number,
  isCalm: (run: Draft | undefined) => boolean,
): void {
  for (let index = 1; index < runs.length - 1; index++) {
    const [before, run, after] = [runs[index - 1], runs[index], runs[index + 1]];
    if (!random.percent(4) || before === undefined || run === undefined || after === undefined) continue;
    if (![before, run, after].every(isCalm) || after.at - before.at > 60 * HOUR_MS) continue;
    if (before.troubles[place]?.kind === 'silent') continue;
    before.troubles[place] = null;
    run.troubles[place] = { kind: 'silent' };
    after.troubles[place] = null;
    index++;
  }
}
