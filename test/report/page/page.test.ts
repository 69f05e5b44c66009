import { describe, expect, it } from 'vitest';
import { omittedText } from '../../../src/report/page/accounts-section.js';
import { shade } from '../../../src/report/page/coverage-section.js';
import { renderPage } from '../../../src/report/page/page.js';
import { EMPTY, HOSTILE, run, seriesOf } from './samples.js';

describe('the page', () => {
  it('contains no script and no address, and its policy allows none', () => {
    const page = renderPage({ ...EMPTY, accounts: seriesOf(['Name']), runs: [run()] });
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`.replaceAll("'", '&#39;'),
    );
    expect(page).not.toMatch(/<script|<link|<iframe|<img|\son\w+=|@import|url\(|javascript:/i);
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:/);
  });

  it.each(HOSTILE)('shows a name as it is, wherever it stands: %j', (name) => {
    const page = renderPage({
      ...EMPTY,
      store: name,
      request: { days: 28, userId: name, platforms: null },
      accounts: seriesOf([name]),
      todo: {
        accounts: 1,
        upToDate: 0,
        actions: [
          { platform: name, reason: 'needs_reconnect', accounts: 1, since: '2026-11-20', runs: 3, fix: 'Fix it.' },
        ],
        listed: [
          {
            platform: name,
            userId: name,
            accountId: name,
            accountName: name,
            reason: 'needs_reconnect',
            message: name,
            since: null,
          },
        ],
        omitted: 0,
      },
      runs: [run({ scope: `user:${name}` })],
    });
    expect(page.match(/<script|<img|<!--| onmouseover='/gi)).toBeNull();
    expect(page.split('<style>').length).toBe(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(page).not.toMatch(/[\u0000\u001b]/);
    // Marks of direction cannot reach beyond the element that isolates them.
    const outside = page.replaceAll(/<bdi>[^<]*<\/bdi>/g, '');
    expect(outside.replaceAll(name, '')).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });

  it.each([
    [{ accounts: 0, upToDate: 0 }, [], 'No accounts are connected.'],
    [{ accounts: 3, upToDate: 3 }, [], '3 accounts connected; nothing has been collected yet.'],
    [{ accounts: 1, upToDate: 1 }, [run()], 'The account is up to date.'],
    [{ accounts: 2, upToDate: 2 }, [run()], 'Both accounts are up to date.'],
    [{ accounts: 2500, upToDate: 2500 }, [run()], 'All 2,500 accounts are up to date.'],
    [{ accounts: 2500, upToDate: 2499 }, [run()], '2,499 of 2,500 accounts are up to date; 1 needs attention.'],
  ])('says in a sentence how many accounts are up to date: %j', (todo, runs, sentence) => {
    const page = renderPage({ ...EMPTY, todo: { ...EMPTY.todo, ...todo }, runs });
    expect(page).toContain(`<h1>${sentence}</h1>`);
  });

  it('marks gaps and provisional days, in words too', () => {
    const page = renderPage({ ...EMPTY, accounts: seriesOf(['Name']) });
    expect(page).toContain('Views by day, 25 Oct to 21 Nov: from 0 to 190; 8 days without a value; 3 days provisional');
    expect(page).toContain('<title>25 Oct: 0</title>');
    expect(page).toContain('<title>21 Nov: no value</title>');
    expect(page).toContain('<title>13 Nov: 190, provisional</title>');
  });

  it('marks a series break, and says what changed', () => {
    const [known] = seriesOf(['Name']);
    const breaks = [{ from: '2026-11-02', until: '2026-11-04', change: 'Counted <otherwise>.' }];
    const series = known?.series.map((each) => ({ ...each, metric: { ...each.metric, breaks } })) ?? [];
    const page = renderPage({ ...EMPTY, accounts: known ? [{ ...known, series }] : [] });
    expect(page).toContain('2 Nov to 4 Nov: Counted &lt;otherwise&gt;.');
    expect(page).toMatch(/<g [^>]*stroke="var\(--bad\)"[^>]*><line /);
    expect(page).toContain('series break</em>');
  });

  it('counts each day of each platform in words', () => {
    const days = [
      { date: '2026-11-20', complete: 2480, late: 0, missing: 20 },
      { date: '2026-11-21', complete: 0, late: 2500, missing: 0 },
    ];
    const facebook = { platform: 'facebook', accounts: 2500, complete_to: '2026-11-20', days };
    const page = renderPage({ ...EMPTY, coverage: [facebook as never] });
    expect(page).toContain('class="cell c4" title="20 Nov: 2,480 complete, 0 waiting, 20 missing"');
    expect(page).toContain('class="cell l2" title="21 Nov: 0 complete, 2,500 waiting, 0 missing"');
    expect(page).toContain('to 20 Nov');
  });
});

it('colours a day as missing rather than late if both apply', () => {
  const counts = (complete: number, late: number, missing: number) => shade({ date: '', complete, late, missing });
  expect([counts(0, 0, 0), counts(100, 0, 1), counts(90, 0, 10), counts(80, 0, 20), counts(40, 0, 60)]).toEqual([
    'c0',
    'c4',
    'm1',
    'm2',
    'm3',
  ]);
  expect([counts(90, 10, 0), counts(10, 90, 0), counts(10, 70, 20)]).toEqual(['l1', 'l2', 'm2']);
});

it('says which accounts are left out', () => {
  expect(omittedText(50, 50, true)).toBeNull();
  expect(omittedText(50, 51, true)).toContain('1 more account has values');
  expect(omittedText(50, 250, true)).toContain('200 more accounts have values');
  expect(omittedText(50, 800, false)).toContain('More accounts have values');
});
