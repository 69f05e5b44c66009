import { PlatformError } from '../../src/errors.js';
import { type DayResult, dayResult, type MetricInfo, type Platform } from '../../src/platforms/contract.js';
import type { SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';
import { createWorld, type World, type WorldOptions } from './world.js';

/** What a model platform says of a day: its values, or that it failed with those it had. */
export type Said = {
  readonly values: Readonly<Record<string, number>>;
  readonly failed?: true;
  readonly final?: boolean;
};

/** A platform whose answers a test sets. Its days are those of UTC and settle after 48 hours. */
export interface Model {
  readonly platform: Platform & { readonly name: SandboxPlatform };
  /** What it says of an account's day. */
  says: (date: string, accountId: string) => Said;
  /** Given in every answer, as of its time. */
  total: number | null;
  /** Whether it refuses accounts the total. */
  refusesTotal: boolean;
  /** Whether it says that it has nothing else of an account. */
  onlyTotal: boolean;
  /** Thrown in the place of any answer. */
  refuses: ((accountId: string) => PlatformError | null) | null;
  /** Each call: the account and the days asked for. */
  readonly calls: { readonly accountId: string; readonly dates: readonly string[] }[];
}

const OF_THE_DAY: readonly MetricInfo[] = [
  { name: 'views', apiName: 'views', unit: 'count', aggregate: 'sum', meaning: 'Times shown' },
  { name: 'reach', apiName: 'reach', unit: 'accounts', aggregate: 'none', meaning: 'Accounts reached' },
];
const TOTAL: MetricInfo = {
  name: 'total',
  apiName: 'total',
  unit: 'accounts',
  aggregate: 'last',
  meaning: 'As of now',
  period: 'lifetime',
};

export function modelOf(
  name: SandboxPlatform,
  {
    asks,
    reachDays = 700,
    hasTotal = false,
    hasDays = true,
  }: { asks: Platform['day']['asks']; reachDays?: number; hasTotal?: boolean; hasDays?: boolean },
): Model {
  const resultOf = (date: string, { values, failed, final }: Said): DayResult => {
    const given = Object.entries(values).map(([metric, value]) => ({ metric, value }));
    if (!failed) return dayResult(date, given, final);
    return { date, kind: 'failed', error: new PlatformError('platform_error', 'broken', 'day'), values: given };
  };
  const model: Model = {
    says: () => ({ values: { views: 5, reach: 3 } }),
    total: null,
    refusesTotal: false,
    onlyTotal: false,
    refuses: null,
    calls: [],
    platform: {
      name,
      api: 'model',
      metrics: [...(hasDays ? OF_THE_DAY : []), ...(hasTotal ? [TOTAL] : [])],
      version: { name: 'v1', endsOn: null, variable: null },
      renewsTokens: false,
      endsByDate: () => false,
      storageRule: null,
      day: { timeZone: 'UTC', settlesAfterHours: hasDays ? 48 : 0, reachDays, asks },
      collect: async ({ accountId }, days, { refused }) => {
        model.calls.push({ accountId, dates: days.map(({ date }) => date) });
        const refusal = model.refuses?.(accountId) ?? null;
        if (refusal !== null) throw refusal;
        if (model.refusesTotal) refused.add('model', 'total', 'not for this account');
        return {
          days: days.map(({ date }) => resultOf(date, model.says(date, accountId))),
          closing: model.total === null ? [] : [{ metric: 'total', value: model.total }],
          ...(model.onlyTotal && { onlyClosing: true }),
        };
      },
      check: async () => ({ accountName: null }),
    },
  };
  return model;
}

function accountOf(platform: SandboxPlatform, accountId = '1'): SandboxAccount {
  return { platform, userId: `u${accountId}`, accountId, name: 'an account', accessToken: 'token', followers: 1000 };
}

/** A world of accounts of the model's platform, all of them connected. */
export function worldOf(
  { platform }: Model,
  now: Date,
  accountIds: readonly string[] = ['1'],
  options: Pick<WorldOptions, 'between'> = {},
): Promise<World> {
  const connected = accountIds.map((id) => accountOf(platform.name, id));
  return createWorld({ now, accounts: [], connected, platforms: new Map([[platform.name, platform]]), ...options });
}
