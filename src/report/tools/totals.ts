import { z } from 'zod';
import { datesBetween, lastEndedDate } from '../../collector/day.js';
import type { SeriesBreak } from '../../platforms/contract.js';
import type { DescribedAccount } from '../../store/account-days.js';
import type { DateRange } from '../../store/accounts.js';
import type { StoredValue } from '../../store/values.js';
import { breaksBetween } from '../breaks.js';
import { withoutNoise } from '../decimals.js';
import {
  accountFields,
  accountOutput,
  breakOutput,
  dayOutput,
  defineTool,
  infoOf,
  metricsInput,
  platformInput,
  platformsOf,
  type Reader,
  rangeOf,
  rangeOutput,
  sinceInput,
  untilInput,
  userInput,
} from './tool.js';

const MOST_DATES = 31;
const MOST_ACCOUNTS = 200;

const datesOutput = z.object({
  days: z.int(),
  dates: z.array(dayOutput).describe(`The newest ${MOST_DATES} of them.`),
});

export const totalsTool = defineTool({
  name: 'totals',
  title: 'Totals over days',
  description:
    'Combines the days of a range into one number per account and metric: counts of events are added up; for levels, such as followers, the closing level is given with its date. It refuses what must not be added up: unique people, averages and ratios over several days, and series with a break within the range; value is then null, and why gives the reason. missing names the ended days without a value, which do not count as zero; provisional names those that may still change. Mention both when you report a total. Accounts and platforms are never added together.',
  input: {
    user_id: userInput,
    platform: platformInput.optional(),
    metrics: metricsInput.optional(),
    since: sinceInput.optional(),
    until: untilInput.optional(),
  },
  output: {
    range: rangeOutput,
    totals: z.array(
      z.object({
        ...accountOutput,
        metric: z.string(),
        unit: z.string().nullable(),
        kind: z.enum(['sum', 'closing_level', 'single_day', 'refused']),
        value: z.number().nullable(),
        date: dayOutput.nullable().describe('The day of a closing level or a single day.'),
        why: z.string().nullable().describe('Why there is no total.'),
        counted: rangeOutput.describe(
          'The days that could have values: ended days from the first collected day of the account.',
        ),
        days_with_values: z.int(),
        missing: datesOutput,
        provisional: datesOutput,
        breaks: z.array(breakOutput),
      }),
    ),
    without_values: z
      .array(z.object({ ...accountOutput, reason: z.string().nullable().describe('Why it fails, if it does.') }))
      .describe('Accounts without such values in the range.'),
    note: z.string(),
  },
  async answer(reader, { user_id, platform, metrics = null, ...given }) {
    const range = rangeOf(given, reader.now());
    const platforms = platformsOf(platform, reader);
    const { accounts, hasMore } = await reader.store.describeAccounts({
      userId: user_id,
      platforms,
      onlyFailing: false,
      ranges: {},
      mostDates: 0,
      after: null,
      pageSize: MOST_ACCOUNTS,
    });
    const series = new Map<string, Series>();
    for await (const page of reader.store.readValues({
      userId: user_id,
      platforms,
      metrics,
      range,
      withAliases: false,
    }))
      for (const value of page) add(series, value);
    const known = new Map(accounts.map((account) => [keyOf(account), account]));
    const withValues = new Set([...series.values()].map(({ last }) => keyOf(last.account)));
    return {
      range,
      totals: [...series.values()].map((each) => totalOf(reader, each, known.get(keyOf(each.last.account)), range)),
      without_values: accounts
        .filter((account) => !withValues.has(keyOf(account)))
        .map((account) => ({ ...accountFields(account), reason: account.failing?.reason ?? null })),
      note: noteOf(accounts.length, series.size, hasMore),
    };
  },
});

/** The running total of an account's metric. */
interface Series {
  sum: number;
  last: StoredValue;
  readonly dates: Set<string>;
  readonly provisional: string[];
  readonly kinds: Set<string>;
}

function add(all: Map<string, Series>, value: StoredValue): void {
  const key = `${value.account.id} ${value.metric}`;
  const series = all.get(key) ?? { sum: 0, last: value, dates: new Set(), provisional: [], kinds: new Set() };
  all.set(key, series);
  series.sum += value.value;
  series.last = value;
  series.dates.add(value.date);
  if (!value.settled) series.provisional.push(value.date);
  series.kinds.add(`${value.aggregate} ${value.unit}`);
}

function totalOf(reader: Reader, series: Series, account: DescribedAccount | undefined, range: DateRange) {
  const { last, dates, provisional } = series;
  const { platform } = last.account;
  const counted = countedRange(reader, platform, account, range);
  const breaks = breaksBetween(infoOf(reader, platform, last.metric)?.breaks, range);
  return {
    ...accountFields(last.account),
    metric: last.metric,
    unit: last.unit,
    ...combine(series, breaks),
    counted,
    days_with_values: dates.size,
    missing: datesOf(datesBetween(counted.since, counted.until).filter((date) => !dates.has(date))),
    provisional: datesOf(provisional),
    breaks,
  };
}

function combine({ sum, last, dates, kinds }: Series, breaks: readonly SeriesBreak[]) {
  const refused = (why: string) => ({ kind: 'refused' as const, value: null, date: null, why });
  if (last.aggregate === 'last')
    return { kind: 'closing_level' as const, value: last.value, date: last.date, why: null };
  if (last.aggregate !== 'sum' && dates.size === 1)
    return { kind: 'single_day' as const, value: last.value, date: last.date, why: null };
  if (kinds.size > 1) return refused('Its days do not all have the same unit, or the same way of being combined.');
  if (last.aggregate === 'none')
    return refused('It counts unique people, or is an average or a ratio: days must not be added up or averaged.');
  if (last.aggregate !== 'sum') return refused('It is not known how its days may be combined.');
  const [changed] = breaks;
  if (changed && dates.size > 1)
    return refused(
      `The platform changed how it counts on ${changed.from}: ask for the days before and after separately.`,
    );
  return { kind: 'sum' as const, value: withoutNoise(sum), date: null, why: null };
}

/** The ended days of the range, from the account's first collected day. Empty (`since` after `until`) if there are none. */
function countedRange(
  reader: Reader,
  platform: string,
  account: DescribedAccount | undefined,
  { since, until }: DateRange,
): DateRange {
  const ended = lastEndedDate(reader.now(), reader.platforms.get(platform)?.day.timeZone ?? 'UTC');
  const first = account?.firstDay ?? since;
  return { since: first > since ? first : since, until: until < ended ? until : ended };
}

function datesOf(dates: readonly string[]) {
  return { days: dates.length, dates: dates.slice(-MOST_DATES).reverse() };
}

function keyOf({ platform, accountId }: { readonly platform: string; readonly accountId: string }): string {
  return JSON.stringify([platform, accountId]);
}

function noteOf(accounts: number, series: number, hasMore: boolean): string {
  if (accounts === 0) return 'No accounts match.';
  if (series === 0) return 'No values match in the range. Absent is not zero: coverage shows what was collected.';
  if (hasMore)
    return `The user has more than ${accounts} accounts: without_values does not list all of them. Name a platform.`;
  return 'Accounts and platforms are not added together: they count differently.';
}
