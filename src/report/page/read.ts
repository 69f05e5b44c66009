import { expectKnownUser } from '../../collector/connections.js';
import { windowRange } from '../../collector/window.js';
import type { Platform } from '../../platforms/contract.js';
import type { DateRange } from '../../store/accounts.js';
import type { RunRow, Store } from '../../store/store.js';
import { readStatus, type StatusSources } from '../status.js';
import type { PlatformStatus, StatusReport } from '../status-report.js';
import { statusWindows } from '../status-windows.js';
import { type AccountSeries, collectSeries } from './series.js';
import { collectSettling, type Settling } from './settling.js';
import { type Todo, todoOfAll, todoOfUser } from './todo.js';

/** Charts of more accounts would make the page slow to open. */
const MOST_ACCOUNTS = 50;
/** A limit, so that a report of 100,000 accounts takes no longer than one of a thousand. */
const MOST_VALUES = 100_000;
const MOST_RUNS = 30;

export interface ReportRequest {
  /** How many ended days to show. */
  readonly days: number;
  /** Null: all. */
  readonly userId: string | null;
  /** Null: all. */
  readonly platforms: readonly string[] | null;
}

/** What the page shows. */
export interface ReportData {
  readonly request: ReportRequest;
  readonly madeAt: Date;
  readonly store: string;
  /** The runs as a whole; null in a report of one user. */
  readonly status: StatusReport | null;
  /** The days of each platform; null in a report of one user. */
  readonly coverage: readonly PlatformStatus[] | null;
  readonly todo: Todo;
  readonly accounts: readonly AccountSeries[];
  /** How many values of how many accounts were read, and whether those were all. */
  readonly read: { readonly accounts: number; readonly values: number; readonly isAll: boolean };
  readonly settling: readonly Settling[];
  readonly runs: readonly RunRow[];
}

export interface ReportSources extends StatusSources {
  readonly platforms: ReadonlyMap<string, Platform>;
}

/** Reads what the page shows, within its limits. Throws `CollectError` `usage` for an unknown user, or what the store throws. */
export async function readReport(sources: ReportSources, request: ReportRequest, now: Date): Promise<ReportData> {
  const { store } = sources;
  const asked = { ...sources, platforms: selected(sources.platforms, request.platforms) };
  const overall = await readOverall(asked, request, now);
  const runs = await store.recentRuns(request.userId, MOST_RUNS);
  const values = await readValues(asked, request, now);
  return { request, madeAt: now, store: store.description, ...overall, runs, ...values };
}

type Overall = Pick<ReportData, 'status' | 'coverage' | 'todo'>;

async function readOverall(sources: ReportSources, { days, userId }: ReportRequest, now: Date): Promise<Overall> {
  const { store, platforms } = sources;
  const windows = statusWindows(platforms, days, now);
  if (userId === null) {
    const status = await readStatus(sources, days, now);
    const without = { windows, userId, reason: null, states: ['no_data', 'not_reached'] } as const;
    return { status, coverage: status.platforms, todo: await todoOfAll(status, () => store.listAccounts(without)) };
  }
  await store.check();
  await expectKnownUser(store, userId);
  const listed = { windows, userId, reason: null, states: null };
  return { status: null, coverage: null, todo: await todoOfUser(store.listAccounts(listed)) };
}

type Values = Pick<ReportData, 'accounts' | 'read' | 'settling'>;

async function readValues(
  {
    store,
    platforms,
  }: { readonly store: Pick<Store, 'readValues'>; readonly platforms: ReadonlyMap<string, Platform> },
  { days, userId }: ReportRequest,
  now: Date,
): Promise<Values> {
  const windows = Object.fromEntries(
    [...platforms].map(([name, { day }]) => [name, windowRange({ kind: 'lookback', days }, day.timeZone, now)]),
  );
  const series = collectSeries(platforms, windows, MOST_ACCOUNTS);
  const settling = collectSettling(platforms);
  let [values, isAll] = [0, true];
  const request = {
    userId,
    platforms: [...platforms.keys()],
    metrics: null,
    range: outermost(windows),
    withAliases: false,
  };
  for await (const page of store.readValues(request)) {
    if (values >= MOST_VALUES) {
      isAll = false;
      break;
    }
    for (const value of page) {
      series.add(value);
      settling.add(value);
    }
    values += page.length;
  }
  return { accounts: series.accounts, read: { accounts: series.seen, values, isAll }, settling: settling.platforms };
}

function selected<T>(platforms: ReadonlyMap<string, T>, names: readonly string[] | null): ReadonlyMap<string, T> {
  return new Map([...platforms].filter(([name]) => names === null || names.includes(name)));
}

/** The days of all platforms, whose calendars differ by a day. */
function outermost(windows: Readonly<Record<string, DateRange>>): DateRange {
  const [first, ...others] = Object.values(windows);
  if (first === undefined) throw new Error('no platform');
  return others.reduce(
    ({ since, until }, other) => ({
      since: other.since < since ? other.since : since,
      until: other.until > until ? other.until : until,
    }),
    first,
  );
}
