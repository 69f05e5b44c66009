import { z } from 'zod';
import type { AccountKey } from './account-days.js';
import type { DateRange } from './accounts.js';
import type { Ask } from './function-call.js';

/** How many values one call reads: this takes a few hundred milliseconds, and a megabyte. */
const PAGE_SIZE = 5000;

/** The sort key of values. */
export interface ValuesKey extends AccountKey {
  readonly date: string;
  readonly metric: string;
}

/** Which collected values to read. `null` selects all. */
export interface ValuesRequest {
  readonly userId: string | null;
  readonly platforms: readonly string[] | null;
  readonly metrics: readonly string[] | null;
  readonly range: DateRange;
  /** Whether to read the rows of retired names, too. */
  readonly withAliases: boolean;
  /** Reads on after this value. Default: from the first. */
  readonly after?: ValuesKey | undefined;
  /** How many values one call reads. */
  readonly pageSize?: number | undefined;
}

/** An account with collected values. */
export interface ValuesAccount {
  readonly id: number;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly isPrimary: boolean;
}

/** A collected value: a row of `analytics_snapshots` or `analytics_account_snapshots`. Texts are as stored. */
export interface StoredValue {
  readonly account: ValuesAccount;
  /** `YYYY-MM-DD`, in the platform's time zone. */
  readonly date: string;
  readonly metric: string;
  readonly value: number;
  /** The value as PostgreSQL writes it, with all its digits. */
  readonly exactValue: string;
  /** As in `MetricInfo`; null in rows of earlier versions. */
  readonly unit: string | null;
  readonly aggregate: string | null;
  readonly period: string;
  readonly settled: boolean;
  /** For a retired name: the metric whose value it repeats. */
  readonly aliasOf: string | null;
  /** The value that was read first, and when (ISO 8601); null if the platform has not corrected it. */
  readonly first: { readonly value: number; readonly fetchedAt: string } | null;
  /** When the platform's correction was read. */
  readonly revisedAt: string | null;
}

const account = z
  .object({
    id: z.number(),
    user_id: z.string(),
    platform: z.string(),
    account_id: z.string(),
    account_name: z.string().nullable(),
    is_primary: z.boolean(),
  })
  .transform((row) => ({
    id: row.id,
    userId: row.user_id,
    platform: row.platform,
    accountId: row.account_id,
    accountName: row.account_name,
    isPrimary: row.is_primary,
  }));

const more = z.object({
  period: z.string().default('day'),
  alias_of: z.string().optional(),
  first: z.object({ value: z.number(), fetched_at: z.string() }).optional(),
  revised_at: z.string().optional(),
});

const valuesAnswer = z.object({
  accounts: z.array(account),
  values: z.array(
    z.tuple([
      z.number(),
      z.iso.date(),
      z.string(),
      z.string().regex(/^-?\d+(\.\d+)?$/),
      z.string().nullable(),
      z.string().nullable(),
      z.boolean().nullable(),
      more,
    ]),
  ),
  next_key: z
    .object({ user_id: z.string(), platform: z.string(), account_id: z.string(), date: z.string(), metric: z.string() })
    .nullable(),
});

/** Implements `Store.readValues`. */
export async function* readValues(ask: Ask, request: ValuesRequest): AsyncGenerator<readonly StoredValue[]> {
  const selected = {
    for_user: request.userId,
    for_platforms: request.platforms,
    for_metrics: request.metrics,
    ...request.range,
    with_aliases: request.withAliases,
    page_size: request.pageSize ?? PAGE_SIZE,
  };
  for (let after: ValuesKey | null = request.after ?? null, isFirst = true; isFirst || after !== null; ) {
    const page: z.output<typeof valuesAnswer> = await ask(valuesAnswer, 'read_collection_values', {
      ...selected,
      after_key: after,
    });
    const accounts = new Map(page.accounts.map((known) => [known.id, known]));
    yield page.values.flatMap((row) => storedValue(accounts, row) ?? []);
    after = page.next_key;
    isFirst = false;
  }
}

function storedValue(
  accounts: ReadonlyMap<number, ValuesAccount>,
  [id, date, metric, exactValue, unit, aggregate, settled, details]: z.output<typeof valuesAnswer>['values'][number],
): StoredValue | null {
  const account = accounts.get(id);
  if (account === undefined) return null;
  return {
    account,
    date,
    metric,
    value: Number(exactValue),
    exactValue,
    unit,
    aggregate,
    period: details.period,
    settled: settled === true,
    aliasOf: details.alias_of ?? null,
    first: details.first ? { value: details.first.value, fetchedAt: details.first.fetched_at } : null,
    revisedAt: details.revised_at ?? null,
  };
}
