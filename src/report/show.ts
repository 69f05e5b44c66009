import { CONNECT, expectKnownUser } from '../collector/connections.js';
import { addDays, datesBetween } from '../collector/day.js';
import { windowRange } from '../collector/window.js';
import { CollectError } from '../errors.js';
import type { MetricInfo, NonEmpty, Platform } from '../platforms/contract.js';
import type { DateRange } from '../store/accounts.js';
import type { Store } from '../store/store.js';
import type { StoredValue } from '../store/values.js';
import { bounded } from '../text.js';
import { breaksBetween } from './breaks.js';
import { withoutNoise } from './decimals.js';
import { unknownName } from './explain.js';

/** What to show. `null`: the only user; all platforms. */
export interface ShowRequest {
  readonly userId: string | null;
  readonly platform: string | null;
  /** How many ended days. */
  readonly days: number;
}

/** What `show` shows and `show --json` prints. */
export interface ShowReport {
  user_id: string;
  days: number;
  accounts: ShownAccount[];
}

/** An account's values. Dates are in the platform's time zone. */
export interface ShownAccount {
  platform: string;
  account_id: string;
  account_name: string | null;
  is_primary: boolean;
  since: string;
  until: string;
  metrics: ShownMetric[];
}

export interface ShownMetric {
  metric: string;
  unit: string | null;
  /** How days combine: see `MetricInfo`. */
  aggregate: 'sum' | 'last' | 'none';
  /** The sum of the days that have a value, or the newest value. */
  value: number;
  /** The day of the newest value. */
  date: string;
  /** Whether a value that counts may still change. */
  provisional: boolean;
  /** The same for the period of equal length before; null if they cannot be compared, as across a series break. */
  before: number | null;
  change: number | null;
  change_percent: number | null;
  /** How many days the sums are compared over: those with a value in both periods; null if it is no sum. */
  days_compared: number | null;
  /** Each day; the value is null where the platform gave none. */
  values: { date: string; value: number | null; provisional: boolean }[];
  /** The series breaks within these days and those before: values on both sides must not be compared. */
  breaks: { from: string; until: string; change: string }[];
}

interface Parts {
  readonly store: Pick<Store, 'check' | 'readValues' | 'listUsers' | 'countConnections' | 'description'>;
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'day' | 'metrics'>>;
}

/** A user's last ended days, compared with those before. Throws `CollectError` `usage` for an unknown user, or if there are several. */
export async function showUser({ store, platforms }: Parts, request: ShowRequest, now: Date): Promise<ShowReport> {
  await store.check();
  const { platform, days } = request;
  const userId = request.userId ?? (await onlyUser(store));
  const rangeOf = (name: string) =>
    windowRange({ kind: 'lookback', days }, platforms.get(name)?.day.timeZone ?? 'UTC', now);
  const today = now.toISOString().slice(0, 10);
  const read: StoredValue[] = [];
  const pages = store.readValues({
    userId,
    platforms: platform === null ? null : [platform],
    metrics: null,
    range: { since: addDays(today, -2 * days - 2), until: addDays(today, 1) },
    withAliases: false,
  });
  for await (const page of pages) read.push(...page);
  if (read.length === 0) await expectAccounts(store, userId, platform);
  return {
    user_id: userId,
    days,
    accounts: [...grouped(read, ({ account }) => account.id).values()]
      .map((values) => shownAccount(values, rangeOf(values[0].account.platform), platforms))
      .filter(({ metrics }) => metrics.length > 0)
      .sort(
        (one, other) => one.platform.localeCompare(other.platform) || Number(other.is_primary) - Number(one.is_primary),
      ),
  };
}

/** Throws `CollectError` `usage` if the user has no connection, or none on a platform that was named. */
async function expectAccounts(store: Parts['store'], userId: string, platform: string | null): Promise<void> {
  await expectKnownUser(store, userId);
  if (platform === null) return;
  const known = [...new Set((await store.countConnections(userId)).services.map(({ service }) => service))];
  if (!known.includes(platform)) {
    throw unknownName({ unknown: 'platform', known }, { userId, platform, accountId: null, metric: null });
  }
}

async function onlyUser(store: Parts['store']): Promise<string> {
  const [first, second] = await store.listUsers(2);
  if (first !== undefined && second === undefined) return first;
  throw new CollectError(
    'usage',
    `${first === undefined ? 'There are no users' : 'There are several users'}; show needs one.`,
    first === undefined ? `Connect an account: ${CONNECT}.` : `Name the user, for example --user ${bounded(first)}.`,
  );
}

function shownAccount(values: NonEmpty<StoredValue>, range: DateRange, platforms: Parts['platforms']): ShownAccount {
  const { platform, accountId, accountName, isPrimary } = values[0].account;
  const infos = platforms.get(platform)?.metrics ?? [];
  return {
    platform,
    account_id: accountId,
    account_name: accountName,
    is_primary: isPrimary,
    ...range,
    metrics: [...grouped(values, ({ metric }) => metric)].flatMap(
      ([metric, series]) =>
        shownMetric(
          series,
          range,
          infos.find(({ name }) => name === metric),
        ) ?? [],
    ),
  };
}

/** Null if there is no value on these days. */
function shownMetric(
  series: readonly StoredValue[],
  { since, until }: DateRange,
  info: MetricInfo | undefined,
): ShownMetric | null {
  const dates = datesBetween(since, until);
  const known = new Map(series.map((value) => [value.date, value]));
  const there = dates.flatMap((date) => known.get(date) ?? []);
  const newest = there.at(-1);
  if (newest === undefined) return null;
  const { metric, unit } = newest;
  const aggregate = newest.aggregate === 'sum' || newest.aggregate === 'last' ? newest.aggregate : 'none';
  const counted = aggregate === 'sum' ? there : [newest];
  const pairs = counted.flatMap((value) => {
    const before = known.get(addDays(value.date, -dates.length));
    return before === undefined ? [] : [{ now: value.value, before: before.value }];
  });
  const breaks = breaksBetween(info?.breaks, { since: addDays(since, -dates.length), until });
  const comparable = breaks.length === 0 ? pairs : [];
  const compared =
    comparable.length === 0
      ? null
      : {
          now: sum(comparable.map(({ now }) => now)),
          before: sum(comparable.map(({ before }) => before)),
        };
  const change = compared && withoutNoise(compared.now - compared.before);
  return {
    metric,
    unit,
    aggregate,
    value: sum(counted.map(({ value }) => value)),
    date: newest.date,
    provisional: counted.some(({ settled }) => !settled),
    before: compared?.before ?? null,
    change,
    change_percent:
      compared === null || change === null || compared.before === 0 ? null : (change / Math.abs(compared.before)) * 100,
    days_compared: aggregate === 'sum' ? comparable.length : null,
    values: dates.map((date) => {
      const value = known.get(date);
      return { date, value: value?.value ?? null, provisional: value !== undefined && !value.settled };
    }),
    breaks: breaks.map(({ from, until = from, change }) => ({ from, until, change })),
  };
}

function sum(values: readonly number[]): number {
  return withoutNoise(values.reduce((total, value) => total + value, 0));
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, [Item, ...Item[]]> {
  const groups = new Map<Key, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
