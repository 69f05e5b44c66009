import { nearest } from '../edit-distance.js';
import type { Platform } from '../platforms/contract.js';
import type { StoredValue, ValuesAccount, ValuesRequest } from '../store/values.js';

type Platforms = ReadonlyMap<string, Pick<Platform, 'metrics'>>;
type Selected = Pick<ValuesRequest, 'platforms' | 'metrics' | 'withAliases'>;

/** The values of an account's day. */
export interface AccountDay {
  readonly account: ValuesAccount;
  readonly date: string;
  /** Whether all of them are settled. */
  readonly settled: boolean;
  /** By metric, as PostgreSQL writes them. */
  readonly values: ReadonlyMap<string, string>;
}

/** Groups values, which must be ordered by account and date, without holding more than a page of them. */
export async function* accountDays(
  pages: AsyncIterable<readonly StoredValue[]>,
): AsyncGenerator<readonly AccountDay[]> {
  let current: { account: ValuesAccount; date: string; settled: boolean; values: Map<string, string> } | null = null;
  for await (const page of pages) {
    const days: AccountDay[] = [];
    for (const { account, date, metric, exactValue, settled } of page) {
      if (current === null || current.account.id !== account.id || current.date !== date) {
        if (current !== null) days.push(current);
        current = { account, date, settled: true, values: new Map() };
      }
      current.settled &&= settled;
      current.values.set(metric, exactValue);
    }
    yield days;
  }
  if (current !== null) yield [current];
}

/** The metrics that have a column of their own: those that the platforms list, in that order, then others that were asked for by name. */
export function metricColumns(known: Platforms, { platforms, metrics, withAliases }: Selected): string[] {
  const listed = [...known]
    .filter(([name]) => platforms === null || platforms.includes(name))
    .flatMap(([, platform]) => platform.metrics)
    .filter(({ aliasOf }) => withAliases || aliasOf === undefined)
    .map(({ name }) => name);
  if (metrics === null) return [...new Set(listed)];
  return [...new Set([...listed.filter((name) => metrics.includes(name)), ...metrics])];
}

/** Why there may be no value of a metric that was asked for by name, as a sentence. */
export function missingMetric(known: Platforms, metric: string, { platforms, withAliases }: Selected): string {
  const having = [...known]
    .filter(([, { metrics }]) => metrics.some(({ name }) => name === metric))
    .map(([name]) => name);
  if (platforms !== null && having.length > 0 && !having.some((name) => platforms.includes(name))) {
    return `It is a metric of ${having.join(', ')}.`;
  }
  const infos = [...known.values()].flatMap((platform) => platform.metrics);
  const named = infos.filter(({ name }) => name === metric);
  const alias = named.find(({ aliasOf }) => aliasOf !== undefined);
  if (alias && !withAliases) return `It is a retired name of ${alias.aliasOf}: add --with-aliases, or name that.`;
  if (named.length > 0) return 'None were collected.';
  const near = nearest(
    metric,
    infos.map(({ name }) => name),
    2,
  );
  return near === null ? 'See analytics-collect platforms for the names.' : `Did you mean ${near}?`;
}
