import { describe, expect, test } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { renderDue } from '../../../src/cli/render/due.js';
import { renderSummary, type SummaryContext } from '../../../src/cli/render/summary.js';
import { loadConfig } from '../../../src/config.js';
import { createPlatforms } from '../../../src/platforms/registry.js';
import type { ConnectionReport } from '../../../src/report/events.js';
import type { Summary } from '../../../src/report/summary.js';
import { failure, report, summary } from './samples.js';

function render(
  value: Summary,
  reports: ConnectionReport[] = [],
  sandbox: SummaryContext['sandbox'] = null,
  context: Partial<SummaryContext> = {},
): string {
  const connections = new Map(reports.map((one) => [one.connectionId, one]));
  const inAll = value.connections.total;
  return renderSummary(value, {
    colors: noColors,
    sandbox,
    connections,
    inAll,
    plugins: '',
    platforms: createPlatforms(loadConfig({})),
    shownUser: null,
    ...context,
  });
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

test('shows a run without failures', () => {
  expect(render(summary())).toMatchInlineSnapshot(`
    "completed: 2026-11-15 to 2026-11-21, in 12 s
      users        150 of 150 ok
      connections  300 of 300 ok
      days         2,100 due: 1,500 settled, 600 provisional
      metrics      27,076 inserted, 0 updated, 0 unchanged
      requests     4,500 (12 retried)

      platform   connections   ok  failed  skipped  metrics
      facebook           150  150       0        0   10,500
      instagram          150  150       0        0   16,576

    Next: analytics-collect status
    "
  `);
});

test('says how many connections an interrupted run did not reach', () => {
  const interrupted = summary({
    status: 'interrupted',
    connections: { total: 175, succeeded: 174, failed: 1, skipped: 0 },
  });
  expect(render(interrupted, [], null, { inAll: 300 })).toContain(
    'connections  174 of 300 ok, 1 failed, 125 not reached',
  );
});

test('suggests show when there is a user to show', () => {
  expect(lastLine(render(summary(), [], null, { shownUser: 'u1' }))).toBe('Next: analytics-collect show --user u1');
});

describe('failures', () => {
  const failed = summary({
    status: 'partial',
    users: { total: 150, succeeded: 148, failed: 2 },
    connections: { total: 300, succeeded: 297, failed: 2, skipped: 1 },
    failures: [
      failure({ days: 7, since: '2026-11-15' }),
      failure({
        account_id: null,
        connection_id: 'c2',
        user_id: 'u2',
        reason: 'timeout',
        message: 'no answer in 30 s',
      }),
    ],
    platforms: {
      ...summary().platforms,
      instagram: {
        connections: 150,
        succeeded: 147,
        failed: 2,
        skipped: 1,
        metrics: 16_300,
        reasons: { needs_reconnect: 1, timeout: 1, missing_permission: 1 },
      },
    },
  });

  test('have one line per connection', () => {
    expect(render(failed, [report({ result: 'failed' })])).toMatchInlineSnapshot(`
      "partial: 2026-11-15 to 2026-11-21, in 12 s
        users        148 of 150 ok
        connections  297 of 300 ok, 2 failed, 1 skipped
        days         2,100 due: 1,500 settled, 600 provisional
        metrics      27,076 inserted, 0 updated, 0 unchanged
        requests     4,500 (12 retried)

        platform   connections   ok  failed  skipped  metrics
        facebook           150  150       0        0   10,500
        instagram          150  147       2        1   16,300

        failed: 1 instagram needs_reconnect, 1 instagram timeout
        skipped: 1 instagram missing_permission

      2 connections failed:
        instagram 17841400000000001 (Oslo Cycles) of user u1: needs_reconnect: the token has expired (7 days: 2026-11-15 to 2026-11-21)
        instagram connection c2 of user u2: timeout: no answer in 30 s (2026-11-21)

      What each reason means: docs/troubleshooting.md
      Connect again: analytics-collect connect instagram --user u1 --account 17841400000000001
      Next: analytics-collect status
      "
    `);
  });

  test('have at most 50 lines, with how to see the others', () => {
    const each = (_: unknown, n: number) => failure({ connection_id: `c${n}`, message: `in words ${n}` });
    const connections = { total: 300, succeeded: 247, failed: 53, skipped: 0 };
    const many = summary({ connections, failures: Array.from({ length: 53 }, each) });
    expect(render(many)).toContain('\n  … and 3 more: --json lists all\n');
    expect(render(many).match(/needs_reconnect/g)).toHaveLength(50);
  });

  test('beyond the listed ones are still counted', () => {
    const instagram = { connections: 10_000, succeeded: 0, failed: 10_000, skipped: 0, metrics: 0 };
    const text = render(
      summary({
        connections: { total: 10_000, succeeded: 0, failed: 10_000, skipped: 0 },
        platforms: { instagram: { ...instagram, reasons: { needs_reconnect: 9_000, timeout: 1_000 } } },
        failures: Array.from({ length: 1_000 }, (_, n) => failure({ connection_id: `c${n}`, message: `words ${n}` })),
        failures_omitted: 9_000,
      }),
    );
    expect(text).toContain('\n  failed: 9,000 instagram needs_reconnect, 1,000 instagram timeout\n');
    expect(text).toContain('\n10,000 connections failed:\n');
    expect(text).toContain('\n  … and 9,950 more: analytics-collect status counts them by reason\n');
  });

  test('with the same message share one line if there are many', () => {
    const each = (_: unknown, n: number) => failure({ connection_id: `c${n}`, days: 7, since: '2026-11-15' });
    const text = render(summary({ failures: Array.from({ length: 6 }, each) }));
    expect(text).toContain('\n  6 instagram connections: needs_reconnect: ');
    expect(text).toContain(' (42 days)\n');
    expect(text.match(/needs_reconnect/g)).toHaveLength(1);
  });

  test('stay on one line whatever a name contains', () => {
    const text = render(failed, [report({ accountName: 'Evil\n\u001b[2JCorp', userId: 'u' })]);
    expect(text).toContain('(Evil [2JCorp)');
    expect(text).not.toContain('\u001b');
  });

  test('have their long messages cut', () => {
    const line = render(summary({ failures: [failure({ message: 'x'.repeat(5000) })] }));
    expect(line.length).toBeLessThan(1500);
  });
});

test('are counted by platform and reason, like skipped accounts', () => {
  const linkedin = { connections: 3, succeeded: 0, failed: 1, skipped: 2, metrics: 0 };
  const reasons = { personal_profile: 2, needs_reconnect: 1 };
  const text = render(summary({ platforms: { linkedin: { ...linkedin, reasons } } }));
  expect(text).toContain('\n  failed: 1 linkedin needs_reconnect\n  skipped: 2 linkedin personal_profile\n');
  expect(render(summary())).not.toMatch(/skipped:|failed:/);
});

describe('the next step', () => {
  test.each([
    ['instagram', 'connect instagram --user u1 --account 17841400000000001'],
    ['mastodon', 'connections add --user u1 --platform mastodon --account 17841400000000001'],
    ['of_a_plugin', 'connections add --user u1 --platform of_a_plugin --account 17841400000000001'],
  ])("is to connect a dead account again, with the account's own flags (%s)", (platform, command) => {
    const text = render(summary({ failures: [failure({ platform })] }), [report()]);
    expect(text).toContain(`\nConnect again: analytics-collect ${command}\n`);
  });

  test('contains no value that a shell would read differently', () => {
    const text = render(summary({ failures: [failure({ user_id: '$(rm -rf ~)' })] }), [report()]);
    expect(text).toContain('connect instagram --user ID ');
  });

  test('is to add a connection if there is none', () => {
    const none = summary({
      dates: null,
      connections: { total: 0, succeeded: 0, failed: 0, skipped: 0 },
      platforms: {},
    });
    expect(lastLine(render(none))).toContain('analytics-collect connect PLATFORM');
  });

  test('is to run again after an interruption', () => {
    expect(lastLine(render(summary({ status: 'interrupted' })))).toContain('run the same command again');
  });

  test('is to look up the reasons, also in the sandbox', () => {
    expect(render(summary({ failures: [failure()] }), [], 'gone')).toContain(
      '\nWhat each reason means: docs/troubleshooting.md\n',
    );
    expect(render(summary())).not.toContain('What each reason means');
  });

  test('after an unsaved sandbox is to connect own accounts, not `status`, which would find nothing', () => {
    const unsaved = [summary(), summary({ status: 'interrupted' })].map((each) => render(each, [], 'gone'));
    expect(unsaved.filter((text) => !/your own accounts:\n {2}analytics-collect connect PLATFORM /.test(text))).toEqual(
      [],
    );
    expect(unsaved.join().match(/.{81,}/)).toBeNull();
  });

  test('repeats --plugin in every suggested command', () => {
    const plugins = ' --plugin ./mine.js';
    const failures = [failure({ reason: 'needs_reconnect' })];
    const backfill = { facebook: { accounts: 1, since: '2024-11-26' } };
    const text = render(summary({ failures, backfill }), [], null, { plugins });
    const commands = [...text.matchAll(/: analytics-collect (\w+).* --plugin .\/mine.js$/gm)].map(([, name]) => name);
    expect(commands).toEqual(['connect', 'collect', 'status']);
  });

  test('after a kept sandbox is its status, or to continue an interrupted run', () => {
    expect(render(summary(), [], 'kept')).toContain('analytics-collect status --sandbox');
    expect(render(summary(), [], 'kept', { shownUser: 'u1' })).toContain('analytics-collect show --user u1 --sandbox');
    expect(lastLine(render(summary({ status: 'interrupted' }), [], 'kept'))).toContain('run the same command again');
  });
});

describe('a dry run', () => {
  const dry = summary({ dry_run: true, days: { ...summary().days, planned: 3 } });

  test('lists only what is due', () => {
    const due = [
      report({ dates: ['2026-11-18', '2026-11-20', '2026-11-21'] }),
      report({ connectionId: 'c2', result: 'nothing_due', dates: [] }),
    ];
    expect(renderDue(dry, due)).toMatchInlineSnapshot(`
      "dry run: no requests were sent, nothing was written
      due: 3 days of 1 connection (300 active)
        instagram 17841400000000001 (Oslo Cycles) of user u1: 3 days: 2026-11-18, 2026-11-20 to 2026-11-21
      "
    `);
  });

  test('lists at most 50 lines', () => {
    const due = Array.from({ length: 51 }, (_, n) => report({ connectionId: `c${n}` }));
    expect(renderDue(dry, due)).toContain('… and 1 more: --verbose lists all');
  });
});
