import { expect, test } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { connectionJson, renderConnections } from '../../../src/cli/render/connections.js';
import { renderStatus, staleness } from '../../../src/cli/render/status.js';
import type { StatusReport } from '../../../src/report/status.js';

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

const status: StatusReport = {
  store: 'Supabase at abc.supabase.co',
  last_run: lastRun,
  last_success: { started_at: lastRun.started_at, age_hours: 6.5 },
  platforms: [
    {
      platform: 'instagram',
      since: '2026-11-15',
      until: '2026-11-21',
      accounts: 1500,
      accounts_with_data: 1499,
      newest_day: '2026-11-21',
      days_missing: 7,
      lost_days: 0,
      failing: [
        {
          connection_id: 'c1',
          user_id: 'u1',
          account_id: '17841400000000001',
          account_name: 'Oslo\u001b[2J Cycles',
          reason: 'needs_reconnect',
          message: 'the token has expired',
          failing_since: '2026-11-15',
          days: 7,
          runs: 9,
        },
      ],
      failing_omitted: 0,
      missing_permission: [
        {
          connection_id: 'c9',
          user_id: 'u9',
          account_id: '17841400000000009',
          account_name: null,
          reason: 'missing_permission',
          message: 'grant instagram_manage_insights',
          failing_since: '2026-11-20',
          days: 2,
          runs: 4,
        },
      ],
      missing_permission_omitted: 0,
      reasons: { needs_reconnect: 1, missing_permission: 1 },
    },
    {
      platform: 'facebook',
      since: '2026-11-15',
      until: '2026-11-21',
      accounts: 0,
      accounts_with_data: 0,
      newest_day: null,
      days_missing: 0,
      lost_days: 0,
      failing: [],
      failing_omitted: 0,
      missing_permission: [],
      missing_permission_omitted: 0,
      reasons: {},
    },
  ],
  actions: [],
  ignored: { google: 1, 'word\u001b[2Jpress': 1200 },
  expiring_tokens: [
    {
      connection_id: 'c2',
      user_id: 'u2',
      platform: 'linkedin',
      account_id: '70000001',
      account_name: null,
      token_expires_at: '2026-11-28T12:00:00+00:00',
    },
  ],
  expiring_tokens_omitted: 0,
  warnings: ['API version v21.0 ends on 2027-01-21'],
};

test('shows the last run, the platforms, ignored services, and how long accounts have been failing', () => {
  expect(renderStatus(status, noColors)).toMatchInlineSnapshot(`
    "Supabase at abc.supabase.co
    last run: partial, started 6 h 30 min ago (2026-11-22T02:00:00Z) by cli, scope all

    platform   accounts  with data  failing  newest day  missing  since
    instagram     1,500      1,499        1  2026-11-21        7  2026-11-15
    facebook          0          0        0  none              0  2026-11-15

    ignored connections of other services: google 1, word [2Jpress 1,200

    1 account failing: 1 instagram needs_reconnect
      instagram 17841400000000001 (Oslo [2J Cycles) of user u1: needs_reconnect: the token has expired (9 runs, since 2026-11-15)

    1 account skipped until a permission is granted (missing_permission):
      instagram 17841400000000009 of user u9: missing_permission: grant instagram_manage_insights (4 runs, since 2026-11-20)

    1 token expired or expiring soon that only the user can renew:
      linkedin 70000001 of user u2: 2026-11-28T12:00:00+00:00
    Renew a token: analytics-collect connections add --user ID --platform NAME --account ID

    warning: API version v21.0 ends on 2027-01-21
    "
  `);
});

test('says what to do when the database is empty', () => {
  const nothing: Omit<StatusReport, 'store'> = {
    last_run: null,
    last_success: null,
    platforms: [],
    actions: [],
    ignored: {},
    expiring_tokens: [],
    expiring_tokens_omitted: 0,
    warnings: [],
  };
  const text = renderStatus({ store: 'embedded', ...nothing }, noColors);
  expect(text).toContain('last run: none yet. Next: analytics-collect collect');
  expect(text).toContain('analytics-collect connections add');
});

test('counts all failing accounts, permissions and tokens, and says how many of them --json lists', () => {
  const [instagram] = status.platforms;
  if (!instagram) throw new Error('no platform');
  const many: StatusReport = {
    ...status,
    platforms: [
      {
        ...instagram,
        failing: Array.from({ length: 100 }, () => instagram.failing).flat(),
        failing_omitted: 99_900,
        missing_permission_omitted: 9,
        reasons: { needs_reconnect: 100_000, missing_permission: 10 },
      },
    ],
    expiring_tokens: Array.from({ length: 60 }, () => status.expiring_tokens).flat(),
  };
  const text = renderStatus(many, noColors);
  expect(text).toMatch(/^instagram +1,500 +1,499 +100,000 /m);
  expect(text).toContain('\n100,000 accounts failing: 100,000 instagram needs_reconnect\n');
  expect(text).toContain('\n  … and 99,950 more: --json lists 100 of the 100,000\n');
  expect(text).toContain('\n10 accounts skipped until a permission is granted');
  expect(text).toContain('\n  … and 9 more: --json lists 1 of the 10\n');
  expect(text).toContain('\n60 tokens expired or expiring soon');
  expect(text).toContain('\n  … and 10 more: --json lists all\n');
});

test.each<[StatusReport['last_success'], string | null]>([
  [{ started_at: lastRun.started_at, age_hours: 26 }, null],
  [
    { started_at: lastRun.started_at, age_hours: 26.1 },
    'the last completed run started 26 h 6 min ago, more than 26 h',
  ],
  [null, 'no run over all users has completed yet'],
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
};

test('shows connections in a table, with primary ones marked', () => {
  const other = { ...connection, id: 'c2', accountId: '18', isPrimary: false };
  const inactive = { ...other, id: 'c3', accountId: null, accountName: null, active: false, tokenExpiresAt: null };
  expect(renderConnections([connection, other, inactive], 80)).toMatchInlineSnapshot(`
    "id  user  platform   account  state     expires     name
    c1  u1    instagram  17       primary   2027-01-31  東京 [2J
    c2  u1    instagram  18       active    2027-01-31  東京 [2J
    c3  u1    instagram           inactive
    "
  `);
  expect(renderConnections([], 80)).toContain('connections add');
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
  expect(renderConnections([own], 80)).toMatchInlineSnapshot(`
    "id  user  platform   account            state    expires     name
    1   me    instagram  17841400000000001  primary  2027-01-31  東京の自転車専門店…
    "
  `);
  expect(renderConnections([{ ...long, id: '12' }], 80)).toMatchInlineSnapshot(`
    "id  user           platform   account        state    expires     name
    12  3f2504e0-4f8…  instagram  178414000000…  primary  2027-01-31  東京の自転車…
    "
  `);
  expect(renderConnections([{ ...long, id: uuid }], 80)).toMatchInlineSnapshot(`
    "id
      user            platform   account         state    expires     name
    3f2504e0-4f89-11d3-9a0c-0305e82c3301
      3f2504e0-4f89…  instagram  1784140000000…  primary  2027-01-31  東京の自転車…
    "
  `);
  expect(renderConnections([{ ...long, id: uuid }], Number.POSITIVE_INFINITY)).toMatchInlineSnapshot(`
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
