import type { Day, DayResult, MetricInfo, MetricValue, Platform, Split } from '../platforms/contract.js';
import type { SnapshotRow, StoredAccount } from '../store/accounts.js';

/** What all rows of an answer have in common. */
export interface Source {
  readonly account: StoredAccount;
  readonly platform: Pick<Platform, 'name' | 'api' | 'metrics'>;
  readonly day: Day;
  /** When the platform was asked. */
  readonly askedAt: Date;
  readonly warn: (message: string) => void;
}

/** A value and its metric's entry in the platform's table. */
export interface Described {
  readonly value: MetricValue;
  readonly info: MetricInfo;
}

/** The values that a platform gave for a day. */
export function valuesOf(result: DayResult): readonly MetricValue[] {
  return 'values' in result ? result.values : [];
}

/** Each metric's last value with its entry in the platform's table. Metrics that are not in the table are not stored. */
export function describe(
  values: readonly MetricValue[],
  { name, metrics }: Pick<Platform, 'name' | 'metrics'>,
  warn: Source['warn'],
): Described[] {
  const unique = new Map(values.map((value) => [value.metric, value]));
  return [...unique.values()].flatMap((value) => {
    const info = metrics.find((metric) => metric.name === value.metric);
    if (info === undefined) warn(`${name}: ${value.metric} is not one of the platform's metrics and is not stored`);
    return info === undefined ? [] : [{ value, info }];
  });
}

/** The values of the day itself, with their metrics' entries in the platform's table. */
export function valuesOfTheDay(values: readonly MetricValue[], { metrics }: Pick<Platform, 'metrics'>): Described[] {
  return values.flatMap((value) => {
    const info = metrics.find(({ name }) => name === value.metric);
    return info !== undefined && isOfTheDay(info) ? [{ value, info }] : [];
  });
}

export function isOfTheDay({ period = 'day' }: MetricInfo): boolean {
  return period === 'day';
}

export function isClosing({ period }: MetricInfo): boolean {
  return period === 'lifetime';
}

/** Whether a platform has nothing but closing figures. */
export function hasOnlyClosing({ metrics }: Pick<Platform, 'metrics'>): boolean {
  return metrics.every(isClosing);
}

/** Figures of several days are requested once and never corrected. */
function isOfSeveralDays({ period }: MetricInfo): boolean {
  return period === 'week' || period === 'days_28';
}

/**
 * The rows of closing figures, filed under `day`. A figure requested before the day has ended is provisional: a run nearer to the
 * day's end replaces it.
 */
export function closingRows(source: Source, values: readonly MetricValue[]): SnapshotRow[] {
  const { platform, day, askedAt, warn } = source;
  return describe(values, platform, warn).map((value) => snapshotOf(value, source, askedAt >= day.end));
}

export function snapshotOf(
  { value, info }: Described,
  { account, platform, day, askedAt }: Pick<Source, 'account' | 'platform' | 'day' | 'askedAt'>,
  settled: boolean,
): SnapshotRow {
  return {
    account: account.id,
    metric: value.metric,
    value: value.value,
    date: day.date,
    metadata: {
      api: platform.api,
      period: info.period ?? 'day',
      account_id: account.accountId,
      fetched_at: askedAt.toISOString(),
      settled: settled || isOfSeveralDays(info),
      ...meaningOf(value, info),
    },
  };
}

function meaningOf(value: MetricValue, { unit, aggregate, aliasOf, approximate }: MetricInfo): Record<string, unknown> {
  const meaning: Record<string, unknown> = { unit, aggregate };
  const types = Object.entries(value.postTypes ?? {});
  const [first] = types;
  if (first !== undefined) meaning.post_types = value.postTypes;
  if (first !== undefined && types.length === 1 && first[1] === value.value) meaning.post_type = first[0];
  if (isSplit(value.followTypes)) meaning.follow_types = value.followTypes;
  if (isSplit(value.reactions)) meaning.reactions = value.reactions;
  if (aliasOf !== undefined) meaning.alias_of = aliasOf;
  if (approximate) meaning.approximate = true;
  return meaning;
}

function isSplit(split: Split | undefined): boolean {
  return Object.keys(split ?? {}).length > 0;
}
