import type { Platform } from '../../platforms/contract.js';
import { versionWarning } from '../../report/version.js';
import { count } from '../../text.js';
import type { Colors } from './colors.js';
import { formatTable } from './table.js';

/** What `platforms` shows of a platform: everything but its requests. */
export type PlatformFacts = Omit<Platform, 'collect' | 'check'>;

const COLUMNS = [{ title: 'metric' }, { title: 'unit' }, { title: 'aggregate' }, { title: 'meaning' }];

/** What `platforms` shows to people. */
export function renderPlatforms(platforms: readonly PlatformFacts[], now: Date, colors: Colors): string {
  return `${platforms.map((platform) => platformLines(platform, now, colors).join('\n')).join('\n\n')}\n`;
}

/** One platform in `platforms --json`. */
export function platformJson(platform: PlatformFacts, now: Date) {
  const { name, api, version, day, storageRule, metrics } = platform;
  return {
    platform: name,
    api,
    version: { name: version.name, ends_on: version.endsOn, warning: versionWarning(platform, now) },
    day: {
      time_zone: day.timeZone,
      settles_after_hours: day.settlesAfterHours,
      lookback_days: day.reachDays,
    },
    storage_rule: storageRule,
    metrics: metrics.map((metric) => ({
      name: metric.name,
      api_name: metric.apiName ?? metric.aliasOf ?? metric.name,
      unit: metric.unit,
      aggregate: metric.aggregate,
      period: metric.period ?? 'day',
      alias_of: metric.aliasOf ?? null,
      approximate: metric.approximate ?? false,
      breaks: (metric.breaks ?? []).map(({ from, until = from, change }) => ({ from, until, change })),
      meaning: metric.meaning,
    })),
  };
}

function platformLines(platform: PlatformFacts, now: Date, colors: Colors): string[] {
  const { name, version, day, storageRule, metrics } = platform;
  const warning = versionWarning(platform, now);
  const end = version.endsOn === null ? 'no end date known' : `until at least ${version.endsOn}`;
  const facts = [
    warning === null ? `version  ${version.name}, ${end}` : colors.yellow(warning),
    `day      from midnight to midnight in ${day.timeZone}, settled ${count(day.settlesAfterHours, 'hour')} after it ends`,
    ...(storageRule === null ? [] : [`storage  ${storageRule}`]),
  ];
  const table = formatTable(
    COLUMNS,
    metrics.map((metric) => [metric.name, metric.unit, metric.aggregate, metric.meaning]),
  );
  return [colors.bold(name), ...facts.map((fact) => `  ${fact}`), '', ...table.map((line) => `  ${line}`)];
}
