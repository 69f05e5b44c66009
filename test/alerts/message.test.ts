import { describe, expect, it } from 'vitest';
import { describeCrash, describeRun, isAlarming } from '../../src/alerts/message.js';
import { CollectError } from '../../src/errors.js';
import type { Failure, Summary } from '../../src/report/summary.js';
import { failure, summary } from '../cli/render/samples.js';

const NO_CHANGES: Summary['changes'] = summary().changes;

function partial(failures: readonly Failure[], changes: Partial<Summary['changes']> = {}): Summary {
  return summary({
    status: 'partial',
    connections: { total: 300, succeeded: 297, failed: 3, skipped: 0 },
    platforms: {
      instagram: {
        connections: 150,
        succeeded: 147,
        failed: 2,
        skipped: 1,
        metrics: 16_000,
        reasons: { missing_permission: 1, needs_reconnect: 1, timeout: 1 },
      },
      facebook: { connections: 150, succeeded: 149, failed: 1, skipped: 0, metrics: 10_000, reasons: { timeout: 1 } },
    },
    failures: [...failures],
    changes: { ...NO_CHANGES, ...changes },
  });
}

const three = [
  failure({ connection_id: 'c1', user_id: 'user-one@example.com', reason: 'needs_reconnect' }),
  failure({ connection_id: 'c2', user_id: 'user-two', reason: 'timeout' }),
  failure({ connection_id: 'c3', user_id: 'user-three', platform: 'facebook', reason: 'timeout' }),
];

describe('a message', () => {
  const run: Summary = {
    ...partial(three, { newly_failing: ['c2', 'c3'], repaired: ['c8'], failing_over_3_nights: ['c1'] }),
    changes_by_platform: {
      instagram: { newly_failing: { timeout: 1 }, repaired: 1 },
      facebook: { newly_failing: { timeout: 1 }, repaired: 0 },
    },
  };

  it('starts with what is new, groups failures by platform and reason, says what to do, and names no user', () => {
    expect(describeRun(run, { details: false }).split('\n')).toEqual([
      'analytics-collect: 2 newly failing, 1 repaired, 1 failing for more than 3 days',
      'partial: 297 of 300 connections ok, 3 failed; 2026-11-15 to 2026-11-21; 27,076 metrics inserted in 12 s',
      'instagram: 2 of 150 failed: 1 timeout (1 new), 1 needs_reconnect; 1 repaired',
      'facebook: 1 of 150 failed: 1 timeout (1 new)',
      'timeout → Nothing: the next run tries again.',
      'needs_reconnect → Let the user connect the account again: analytics-collect connect PLATFORM --user ID.',
      'run r1; `analytics-collect status` shows more',
    ]);
  });

  it('counts all failed connections, including those that a summary does not list', () => {
    const reasons = { needs_reconnect: 9_000, timeout: 1_000 };
    const many = summary({
      status: 'failed',
      connections: { total: 10_000, succeeded: 0, failed: 10_000, skipped: 0 },
      platforms: { instagram: { connections: 10_000, succeeded: 0, failed: 10_000, skipped: 0, metrics: 0, reasons } },
      failures: Array.from({ length: 1_000 }, (_, index) => failure({ connection_id: `c${index}` })),
      failures_omitted: 9_000,
    });
    const text = describeRun(many, { details: true });
    expect(text).toContain('instagram: 10,000 of 10,000 failed: 9,000 needs_reconnect, 1,000 timeout');
    expect(text).toContain('- and 9,980 more');
  });

  it('says only once what to do about reasons with the same fix', () => {
    const reasons = { timeout: 2, platform_error: 1 };
    const counts = { connections: 3, succeeded: 0, failed: 3, skipped: 0, metrics: 0, reasons };
    const text = describeRun(summary({ status: 'failed', platforms: { facebook: counts } }), { details: false });
    expect(text).toContain('timeout, platform_error → Nothing: the next run tries again.');
  });

  it('names the platforms where accounts were only repaired', () => {
    const repaired = summary({ changes_by_platform: { linkedin: { newly_failing: {}, repaired: 1_200 } } });
    expect(describeRun(repaired, { details: false })).toContain('\nlinkedin: 1,200 repaired\n');
  });

  it('names users if details are on, newly failing ones first, without mentioning anyone', () => {
    const lines = describeRun(run, { details: true }).split('\n');
    expect(lines.slice(6, 10)).toEqual([
      '- instagram of user user-two: timeout (new)',
      '- facebook of user user-three: timeout (new)',
      '- instagram of user user-one@\u200bexample.com: needs_reconnect',
      '- connection c8: repaired',
    ]);
  });

  it("fits into Discord's limit, in complete lines", () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      failure({ connection_id: `c${index}`, user_id: 'u'.repeat(90) }),
    );
    const text = describeRun(partial(many), { details: true });
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text.length).toBeGreaterThan(1_500);
    expect(text.split('\n').slice(-2)).toEqual([expect.stringMatching(/needs_reconnect$/), '…']);
  });

  it('contains no command, whatever a platform in the database is called', () => {
    const platform = '<!channel> @everyone\n/giphy';
    const counts = { connections: 1, succeeded: 0, failed: 1, skipped: 0, metrics: 0, reasons: { timeout: 1 } };
    const odd = { ...partial([failure({ platform })]), platforms: { [platform]: counts } };
    expect(describeRun(odd, { details: true })).not.toMatch(/<!|@everyone|\n\//);
  });

  it('about a run that crashed gives the reason, but does not quote unknown errors', () => {
    const away = new CollectError('store_unreachable', 'PostgreSQL at db/app does not answer.', 'Start it.');
    expect(describeCrash(away)).toContain('PostgreSQL at db/app does not answer. Start it. [store_unreachable]');
    expect(describeCrash(new Error('token EAAB'))).not.toContain('EAAB');
  });
});

describe('an alert is sent', () => {
  it.each<[string, Summary, boolean]>([
    ['of a run in which all went well', summary(), false],
    ['of failures', partial(three), true],
    [
      'of missing permissions alone',
      summary({ connections: { total: 300, succeeded: 290, failed: 0, skipped: 10 } }),
      false,
    ],
    ['of data that stopped', summary({ changes: { ...NO_CHANGES, newly_without_data: ['c1'] } }), true],
    ['of what was repaired alone', summary({ changes: { ...NO_CHANGES, repaired: ['c1'] } }), false],
    ['of a run that somebody stopped', { ...partial(three), status: 'interrupted' }, false],
    ['of a dry run', { ...partial(three), dry_run: true }, false],
  ])('%s: %#', (_, run, expected) => {
    expect(isAlarming(run)).toBe(expected);
  });
});
