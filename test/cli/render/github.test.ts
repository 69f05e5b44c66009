import { describe, expect, it } from 'vitest';
import { githubAnnotations, githubError, githubOutputs, githubSummary } from '../../../src/cli/render/github.js';
import { jsonDocument } from '../../../src/cli/render/text.js';
import { failure, report, summary } from './samples.js';

const MIB = 1_048_576;
const none = new Map<string, never>();

/** What the runner takes a line for: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs */
function commandOf(line: string): string | undefined {
  return /^\s*::([a-z-]+)(?: [^:]*)?::/.exec(line)?.[1] ?? /##\[([a-z-]+)/.exec(line)?.[1];
}

const commandsIn = (text: string) => text.split('\n').flatMap((line) => commandOf(line) ?? []);

const failing = (count: number, changes = {}) =>
  Array.from({ length: count }, (_, index) => failure({ connection_id: `c${index}`, ...changes }));

describe('annotations', () => {
  it('are errors for failures, and warnings for warnings', () => {
    const text = githubAnnotations(
      summary({
        failures: [failure(), failure({ account_id: null, connection_id: 'c2', message: 'the token was revoked' })],
        warnings: ['v25.0 ends soon'],
      }),
      new Map([['c1', report()]]),
    );
    expect(text).toBe(
      [
        '::error title=instagram%3A needs_reconnect::instagram 17841400000000001 (Oslo Cycles) of user u1: needs_reconnect: the token has expired (2026-11-21)',
        '::error title=instagram%3A needs_reconnect::instagram connection c2 of user u1: needs_reconnect: the token was revoked (2026-11-21)',
        '::warning title=analytics-collect::v25.0 ends soon',
        '',
      ].join('\n'),
    );
  });

  it('are at most ten per level, and the tenth says how many more there are', () => {
    const text = githubAnnotations(summary({ failures: failing(25) }), none);
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toContain('16 more');
    const beyond = githubAnnotations(summary({ failures: failing(1_000), failures_omitted: 9_000 }), none);
    expect(beyond).toContain('9,991 more');
    expect(githubAnnotations(summary({ failures: failing(10) }), none)).not.toContain('more');
  });
});

describe.each([
  '::set-output name=status::completed',
  '\n::error::x',
  '\r\n::stop-commands::x',
  '%0A::error::x',
  'x,file=a::b',
  'a ##[add-mask]e',
  '###[group]',
  'name<<EOF\nx\nEOF\nstatus=completed',
])('the name %j', (name) => {
  const evil = summary({
    scope: name,
    platforms: { [name]: { connections: 1, succeeded: 0, failed: 1, skipped: 0, metrics: 0, reasons: {} } },
    failures: [failure({ platform: name, user_id: name, message: name })],
    warnings: [name],
  });
  const connections = new Map([['c1', report({ accountId: name, accountName: name, userId: name, platform: name })]]);

  it('adds no command or property to the log', () => {
    const text = githubAnnotations(evil, connections) + githubError(name);
    expect(commandsIn(text)).toEqual(['error', 'warning', 'error']);
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^::(error|warning) title=[^:,]*::/);
      expect(line).not.toMatch(/%(?!25|3A|2C|0)/);
    }
  });

  it('adds no command to a JSON document, and does not change its value', () => {
    const document = jsonDocument(evil);
    expect(commandsIn(document)).toEqual([]);
    expect(JSON.parse(document)).toEqual(evil);
  });

  it('adds no output', () => {
    expect(githubOutputs(evil)).toBe('status=completed\ninserted=27076\nfailed=0\n');
  });

  it('adds no row or cell to the step summary', () => {
    const plain = githubSummary(summary({ ...evil, failures: [failure()] }), none, MIB);
    const text = githubSummary(evil, connections, MIB);
    expect(text.split('\n')).toHaveLength(plain.split('\n').length);
    expect(text.split('|')).toHaveLength(plain.split('|').length);
  });
});

describe('the step summary', () => {
  it('shows the platforms and the failures', () => {
    const text = githubSummary(
      summary({
        status: 'partial',
        connections: { total: 300, succeeded: 299, failed: 1, skipped: 0 },
        failures: [failure()],
      }),
      new Map([['c1', report()]]),
      MIB,
    );
    expect(text).toContain('### analytics-collect: partial\n');
    expect(text).toContain(
      '| platform | connections | ok | failed | skipped | metrics |\n| --- | --- | --- | --- | --- | --- |\n',
    );
    expect(text).toContain('| instagram | 150 | 150 | 0 | 0 | 16,576 |');
    expect(text).toContain('#### 1 connection failed\n');
    expect(text).toContain(
      '| needs&#95;reconnect | instagram | Oslo Cycles | u1 | 2026-11-21 | the token has expired |',
    );
  });

  it('shows names without HTML, links, code or mentions', () => {
    const accountName = '<img src=x onerror=y> [a](https://evil.example) `c` **b** @team #1 www.evil.example a|b \\|';
    const text = githubSummary(summary({ failures: [failure()] }), new Map([['c1', report({ accountName })]]), MIB);
    const row = text.split('\n').find((line) => line.startsWith('| needs')) ?? '';
    expect(row).not.toMatch(/[<>[\]()`*@\\/.:]/);
    expect(row.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))).toContain(accountName);
  });

  it('is cut to the space left on the page, and says how many failures are missing', () => {
    const failures = failing(1_000, { message: '東京 | '.repeat(200) });
    const text = githubSummary(summary({ failures, failures_omitted: 9_000 }), none, MIB);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MIB);
    expect(Buffer.byteLength(text)).toBeGreaterThan(MIB * 0.98);
    const rows = text.split('\n').filter((line) => line.startsWith('| needs')).length;
    expect(text).toContain(`… and ${(10_000 - rows).toLocaleString('en')} more`);
  });
});
