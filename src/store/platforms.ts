/** What the database's functions need to know of a platform to explain a day: a row of `collection_platforms`. */
export interface PlatformRow {
  readonly platform: string;
  /** As in `Platform.day`. */
  readonly timeZone: string;
  readonly settlesAfterHours: number;
  readonly reachDays: number;
  readonly metrics: Readonly<Record<string, PlatformMetric>>;
  /** What to do about accounts that fail, by reason. */
  readonly fixes: Readonly<Record<string, string>>;
}

/** As in `MetricInfo`. */
interface PlatformMetric {
  readonly unit: string;
  readonly aggregate: string;
  readonly period: string;
  readonly aliasOf: string | null;
  readonly breaks: readonly { readonly from: string; readonly until: string; readonly change: string }[];
}

export function platformArg({ platform, timeZone, settlesAfterHours, reachDays, metrics, fixes }: PlatformRow) {
  return {
    platform,
    time_zone: timeZone,
    settles_after_hours: settlesAfterHours,
    reach_days: reachDays,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, { aliasOf, ...metric }]) => [name, { ...metric, alias_of: aliasOf }]),
    ),
    fixes,
  };
}
