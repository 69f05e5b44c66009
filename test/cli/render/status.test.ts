import { expect, test } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { connectionJson, renderConnections } from '../../../src/cli/render/connections.js';
import { blocksFor } from '../../../src/cli/render/coverage-line.js';
import { renderStatus } from '../../../src/cli/render/status.js';
import { staleness } from '../../../src/report/status-check.js';
import type { PlatformStatus, StatusReport } from '../../../src/report/status-report.js';
import type { DayCounts } from '../../../src/store/account-states.js';

const lastRun = {
  run_id: 'r1',
  scope: 'all',
  trigger: 'cli',
  status: 'partial',
  started_at: '2026-11-22T02:00:00Z',
  finished_at: '2026-11-22T02:00:12Z',
  age_hours: 6.5,
  summary: null,
} as const;

const days = (counts: Partial<DayCounts>[]): DayCounts[] =>
  counts.map((count, index) => ({ date: `2026-11-${8 + index}`, complete: 0, late: 0, missing: 0, ...count }));

const instagram: PlatformStatus = {
  platform: 'instagram',
  since: '2026-11-15',
  until: '2026-11-21',
  accounts: 1500,
  accounts_with_data: 1499,
  complete: 1480,
  late: 6,
  no_data: 2,
  failing_total: 12,
  skipped: 0,
  complete_to: '2026-11-20',
  days: days([
    {},
    {},
    ...Array.from({ length: 8 }, () => ({ complete: 1490, missing: 10 })),
    { complete: 1300, late: 200 },
    { complete: 800, late: 700 },
    { complete: 9, late: 1491 },
    { late: 1500 },
  ]),
  newest_day: '2026-11-21',
  days_missing: 7,
  lost_days: 3,
  discrepancies: 2,
  failing: [],
  failing_omitted: 12,
  missing_permission: [],
  missing_permission_omitted: 0,
  reasons: { needs_reconnect: 12 },
};

const facebook: PlatformStatus = {
  ...instagram,
  platform: 'facebook',
  accounts: 3,
  complete: 3,
  late: 0,
  no_data: 0,
  failing_total: 0,
  complete_to: null,
  lost_days: 0,
  discrepancies: 0,
  days: days(Array.from({ length: 14 }, () => ({ complete: 3 }))),
};

const status: StatusReport = {
  store: 'Supabase at abc.supabase.co',
  last_run: lastRun,
  last_full_run: lastRun,
  next_run_at: '2026-11-22T09:00:00.000Z',
  last_success: { started_at: lastRun.started_at, age_hours: 6.5 },
  platforms: [instagram, facebook],
  actions: [
    {
      platform: 'instagram',
      reason: 'needs_reconnect',
      accounts: 12,
      since: '2026-11-15',
      runs: 9,
      by_runs: [
        { runs: 1, accounts: 9 },
        { runs: 9, accounts: 3 },
      ],
      fix: 'Let the user connect the account again.',
    },
    { platform: 'instagram', reason: 'no_data', accounts: 2, since: '2025-11-14', runs: 0, by_runs: [], fix: 'Look.' },
  ],
  ignored: { google: 1, 'word\u001b[2Jpress': 1200 },
  expiring_tokens: [],
  expiring_tokens_omitted: 0,
  warnings: [
    'API version v21.0 ends on 2027-01-21: set META_GRAPH_VERSION to a newer version',
    'API version 202401 ended on 2025-01-15',
  ],
  coming: [{ what: 'API version v21.0 ends', on: '2027-01-21', fix: 'set META_GRAPH_VERSION to a newer version' }],
};

test('shows what is collected, what is missing and since when, what to do and what ends soon', () => {
  expect(renderStatus(status, { colors: noColors })).toMatchInlineSnapshot(`
    "Supabase at abc.supabase.co
    last run: partial 22 Nov 02:00 UTC (6 h 30 min ago), took 12 s
    next run: 22 Nov 09:00 UTC

    platform   accounts  complete  late  no data  failing  up to   last 14 days
    instagram     1,500     1,480     6        2       12  20 Nov    ████████▓▒░·
    facebook          3         3     0        0        0  -       ██████████████

    days that can no longer be collected: instagram 3
    days that do not add up (doctor --data lists them): instagram 2
    ignored connections of other services: google 1, word [2Jpress 1,200

    To do
      12  instagram  needs_reconnect  9 for 1 run, 3 for 9, since 15 Nov
        Let the user connect the account again.
        analytics-collect status --reason needs_reconnect
       2  instagram  no_data          since 14 Nov 2025
        Look.
        analytics-collect status --reason no_data

    Ends soon
      API version v21.0 ends on 2027-01-21: set META_GRAPH_VERSION to a newer
        version

    warning: API version 202401 ended on 2025-01-15
    "
  `);
});

test('names the accounts whose tokens end first, in lines that fit, and counts the others', () => {
  const token = (user: string, on: string, ends: 'token' | 'access' = 'token') => ({
    connection_id: '1',
    user_id: user,
    platform: 'instagram',
    account_id: '17841400000000001',
    account_name: null,
    token_expires_at: `${on}T00:00:00Z`,
    ends,
  });
  const coming = [
    { what: '6 tokens expire within 15 days, the first', on: '2026-11-24', fix: 'connect the accounts again' },
  ];
  const tokens = [
    token('u1', '2026-11-20', 'access'),
    ...['u2', 'u3', 'u4', '0b5e7a3c-1111-2222-3333-444455556666', 'u6', 'u7'].map((user) => token(user, '2026-11-24')),
  ];
  const text = renderStatus(
    { ...status, coming, warnings: [], expiring_tokens: tokens, expiring_tokens_omitted: 900 },
    { colors: noColors, flags: ' --sandbox' },
  );
  expect(text.slice(text.indexOf('Ends soon'))).toMatchInlineSnapshot(`
    "Ends soon
      6 tokens expire within 15 days, the first on 2026-11-24: connect the accounts
        again
        2026-11-20  access  instagram  17841400000000001  user u1
        2026-11-24  token   instagram  17841400000000001  user u2
        2026-11-24  token   instagram  17841400000000001  user u3
        2026-11-24  token   instagram  17841400000000001  user u4
        2026-11-24  token   instagram  17841400000000001  user 0b5e7a3c…444455556666
        902 more: analytics-collect status --json --sandbox
    "
  `);
  const ended = renderStatus({ ...status, coming: [], expiring_tokens: tokens.slice(0, 1) }, { colors: noColors });
  expect(ended).toContain(
    'Ended\n  connect these accounts again\n    2026-11-20  access  instagram  17841400000000001  user u1\n',
  );
});

test('shows a newer run of some users below the last full run', () => {
  const newer = { ...lastRun, run_id: 'r2', scope: 'user:42', status: 'completed', age_hours: 1 } as const;
  const text = renderStatus({ ...status, last_run: newer }, { colors: noColors });
  expect(text).toMatch(/^last run: partial 22 Nov 02:00 .*\nsince then: user:42 completed /m);
  const ofOnePlatform = renderStatus(
    { ...status, last_run: { ...newer, scope: 'all' }, last_full_run: null },
    { colors: noColors },
  );
  expect(ofOnePlatform).toMatch(/^last run: none yet\nsince then: some platforms or days completed /m);
});

test('names the next step before the first day is collected, and why the last run failed', () => {
  const error = 'No active connections.';
  const failed = { ...lastRun, status: 'failed', summary: { error, finished_at: lastRun.finished_at } } as const;
  const platforms = [{ ...facebook, complete: 0, late: 3, newest_day: null }];
  const text = renderStatus({ ...status, last_run: failed, last_full_run: failed, platforms }, { colors: noColors });
  expect(text).toContain('Nothing has been collected yet. Next: analytics-collect collect\n');
  expect(text.replaceAll('\n  ', ' ')).toContain(`took 12 s: ${error}`);
  expect(renderStatus(status, { colors: noColors })).not.toContain('Nothing has been collected');
});

test('repeats the flags of the call in what to try next', () => {
  const text = renderStatus(status, { colors: noColors, flags: ' --sandbox' });
  expect(text).toMatch(/status --reason \w+ --sandbox$/m);
});

test('stays within 80 columns, whatever the numbers and names', () => {
  const million = { accounts: 1_000_000, complete: 1_000_000, late: 999_999, no_data: 999_999, failing_total: 999_999 };
  const text = renderStatus(
    {
      ...status,
      store: `embedded PostgreSQL in /${'folder/'.repeat(20)}`,
      platforms: [{ ...instagram, ...million, platform: 'a-platform-with-a-long-name', skipped: 999_999 }, facebook],
      ignored: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`service-${index}`, 1])),
      actions: status.actions.map((action) => ({
        ...action,
        platform: 'a-platform-with-a-long-name',
        accounts: 999_999,
      })),
    },
    { colors: noColors },
  );
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('uses plain characters on terminals without block characters', () => {
  const text = renderStatus(status, { colors: noColors, blocks: blocksFor({ TERM: 'dumb' }) });
  expect(text).toMatch(/ {2}########=-\._$/m);
});

test('says what to do when the database is empty', () => {
  const nothing: Omit<StatusReport, 'store'> = {
    last_run: null,
    last_full_run: null,
    next_run_at: null,
    last_success: null,
    platforms: [],
    actions: [],
    ignored: {},
    expiring_tokens: [],
    expiring_tokens_omitted: 0,
    warnings: [],
    coming: [],
  };
  const text = renderStatus({ store: 'embedded', ...nothing }, { colors: noColors });
  expect(text).toContain('last run: none yet. Next: analytics-collect collect');
  expect(text).toContain('analytics-collect connect PLATFORM');
});

test.each<[StatusReport['last_success'], string | null]>([
  [{ started_at: lastRun.started_at, age_hours: 26 }, null],
  [
    { started_at: lastRun.started_at, age_hours: 26.1 },
    'the last completed run started 26 h 6 min ago, more than 26 h',
  ],
  [null, 'no run over all users and platforms has completed yet'],
])('decides whether the last completed run is recent enough: %#', (success, expected) => {
  expect(staleness({ ...status, last_success: success }, 26)).toBe(expected);
});

const connection = {
  id: 'c1',
  userId: 'u1',
  platform: 'instagram',
  accountId: '17',
  accountName: '東京\u001b[2J',
  active: true,
  isPrimary: true,
  tokenExpiresAt: '2027-01-31T00:00:00+00:00',
  hasRefreshToken: false,
};

const expiresOf = ({ tokenExpiresAt }: { readonly tokenExpiresAt: string | null }) =>
  tokenExpiresAt?.slice(0, 10) ?? '';

test('shows connections in a table, with primary ones marked', () => {
  const other = { ...connection, id: 'c2', accountId: '18', isPrimary: false };
  const inactive = { ...other, id: 'c3', accountId: null, accountName: null, active: false, tokenExpiresAt: null };
  expect(renderConnections([connection, other, inactive], 80, expiresOf)).toMatchInlineSnapshot(`
    "id  user  platform   account  state     expires     name
    c1  u1    instagram  17       primary   2027-01-31  東京 [2J
    c2  u1    instagram  18       active    2027-01-31  東京 [2J
    c3  u1    instagram           inactive
    "
  `);
  expect(renderConnections([connection], 80, () => 'renewed')).toMatchInlineSnapshot(`
    "id  user  platform   account  state    expires  name
    c1  u1    instagram  17       primary  renewed  東京 [2J
    "
  `);
  expect(renderConnections([], 80, expiresOf)).toContain('analytics-collect connect PLATFORM');
});

test('shows connections within 80 columns, and their ids whole', () => {
  const uuid = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';
  const long = {
    ...connection,
    userId: uuid,
    accountId: '17841400000000001',
    accountName: '東京の自転車専門店とカフェ 🚲',
  };
  const own = { ...long, id: '1', userId: 'me' };
  expect(renderConnections([own], 80, expiresOf)).toMatchInlineSnapshot(`
    "id  user  platform   account            state    expires     name
    1   me    instagram  17841400000000001  primary  2027-01-31  東京の自転車専門店…
    "
  `);
  expect(renderConnections([{ ...long, id: '12' }], 80, expiresOf)).toMatchInlineSnapshot(`
    "id  user           platform   account        state    expires     name
    12  3f2504…2c3301  instagram  178414…000001  primary  2027-01-31  東京の自転車…
    "
  `);
  expect(renderConnections([{ ...long, id: uuid }], 80, expiresOf)).toMatchInlineSnapshot(`
    "id
      user            platform   account         state    expires     name
    3f2504e0-4f89-11d3-9a0c-0305e82c3301
      3f2504e…2c3301  instagram  1784140…000001  primary  2027-01-31  東京の自転車…
    "
  `);
  expect(renderConnections([{ ...long, id: uuid }], Number.POSITIVE_INFINITY, expiresOf)).toMatchInlineSnapshot(`
    "id                                    user                                  platform   account            state    expires     name
    3f2504e0-4f89-11d3-9a0c-0305e82c3301  3f2504e0-4f89-11d3-9a0c-0305e82c3301  instagram  17841400000000001  primary  2027-01-31  東京の自転車専門店とカフェ 🚲
    "
  `);
});

test("shows connections in JSON, with the table's field names", () => {
  expect(Object.keys(connectionJson(connection))).toEqual([
    'id',
    'user_id',
    'platform',
    'account_id',
    'account_name',
    'active',
    'primary',
    'token_expires_at',
  ]);
});

test('says of a run that processes share how many there are and how far they have come, in 80 columns', () => {
  const distributed = {
    workers: 4,
    pieces: { total: 4_000, done: 1_210 },
    planned: true,
    connections: { total: 100_000, done: 30_240, failed: 12 },
  };
  const run = { ...lastRun, status: 'running', finished_at: null } as const;
  const lines = (of: Partial<typeof distributed>) => {
    const shown = { ...run, distributed: { ...distributed, ...of } };
    return renderStatus({ ...status, last_run: shown, last_full_run: shown }, { colors: noColors }).split('\n');
  };
  expect(lines({})[1]).toBe('last run: running since 22 Nov 02:00 UTC, 4 workers, 1,210 of 4,000 pieces');
  expect(lines({ planned: false, workers: 1 })[1]).toMatch(/, 1 worker, 1,210 of 4,000 pieces so far$/);
  expect(lines({ workers: 0 })[1]).toMatch(/, no workers, /);
  for (const line of lines({ workers: 1_000, pieces: { total: 400_000, done: 399_999 }, planned: false })) {
    expect(line.length).toBeLessThanOrEqual(80);
  }
});
