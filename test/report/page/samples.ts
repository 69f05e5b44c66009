import { addDays } from '../../../src/collector/day.js';
import { loadConfig } from '../../../src/config.js';
import { createPlatforms } from '../../../src/platforms/registry.js';
import type { ReportData } from '../../../src/report/page/read.js';
import { collectSeries } from '../../../src/report/page/series.js';
import { countsOf } from '../../../src/report/summary.js';
import type { RunRow } from '../../../src/store/store.js';
import { summary } from '../../cli/render/samples.js';
import { account, stored } from './values.js';

const PLATFORMS = createPlatforms(loadConfig({}));
const WINDOW = { since: '2026-10-25', until: '2026-11-21' };

/** Names that somebody may have given an account, or have put there. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '{{2}}</style></svg><!--',
  '\u202Egnp.exe\u2066',
  '\u0000\u001b[31mred',
  '👩‍👩‍👧 & Söhne',
  'W'.repeat(200),
];

/** An account of each name, with values that end in provisional days and a gap. */
export function seriesOf(names: readonly string[]) {
  const series = collectSeries(PLATFORMS, { instagram: WINDOW }, 50);
  for (const [id, accountName] of names.entries()) {
    const of = account(id, { accountName, accountId: accountName, userId: accountName });
    for (let day = 0; day < 20; day++) {
      series.add(stored(of, { date: addDays(WINDOW.since, day), value: day * 10, settled: day < 17 }));
    }
  }
  return series.accounts;
}

export function run(differing: Partial<RunRow> = {}): RunRow {
  return {
    runId: 'r',
    scope: 'all',
    trigger: 'cli',
    status: 'completed',
    startedAt: '2026-11-22T09:00:00+00:00',
    heartbeatAt: '2026-11-22T09:00:00+00:00',
    finishedAt: '2026-11-22T09:03:00+00:00',
    summary: countsOf(summary()),
    ...differing,
  };
}

export const EMPTY: ReportData = {
  request: { days: 28, userId: null, platforms: null },
  madeAt: new Date('2026-11-22T10:00:00Z'),
  store: 'PostgreSQL at db.example.com/app',
  status: null,
  coverage: [],
  todo: { accounts: 0, upToDate: 0, actions: [], listed: [], omitted: 0 },
  accounts: [],
  read: { accounts: 0, values: 0, isAll: true },
  settling: [],
  runs: [],
};
