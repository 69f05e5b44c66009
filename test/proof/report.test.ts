import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/collector/day.js';
import { FIXES } from '../../src/report/fixes.js';
import { renderPage } from '../../src/report/page/page.js';
import type { ReportData } from '../../src/report/page/read.js';
import { collectJson, home, runCli } from '../e2e/support/cli.js';
import { EMPTY, HOSTILE, run, seriesOf } from '../report/page/samples.js';
import { type Browser, CHROMIUM, startBrowser } from '../support/browser.js';
import { LAYOUT_FAULTS } from '../support/layout.js';

const why = CHROMIUM === null ? ' (skipped: Chromium is not installed)' : '';

/** The report of an installation with everything at once: large numbers, long names, many accounts to repair. */
const CROWDED: ReportData = {
  ...EMPTY,
  request: { days: 60, userId: null, platforms: ['instagram', 'facebook'] },
  coverage: ['facebook', 'instagram', 'a_platform_of_a_plugin'].map((platform, index) => ({
    platform,
    accounts: 1_234_567,
    complete_to: index === 0 ? null : '2026-11-20',
    days: Array.from({ length: 60 }, (_, day) => ({
      date: addDays('2026-09-23', day),
      complete: 1_234_567 - day * index * 9_000,
      late: day > 56 ? 50_000 * index : 0,
      missing: day % 11 === 0 ? 400_000 : 0,
    })),
  })) as never,
  todo: {
    accounts: 3_703_701,
    upToDate: 2_500_000,
    actions: Object.entries(FIXES).map(([reason, fix], index) => {
      return {
        platform: 'instagram',
        reason: reason as never,
        accounts: 10 ** index,
        since: '2026-11-20',
        runs: 300,
        fix,
      };
    }),
    listed: [...HOSTILE, 'W'.repeat(255)].map((name) => {
      return {
        platform: 'instagram',
        userId: name,
        accountId: name,
        accountName: name,
        reason: 'undecryptable_token',
        message: name,
        since: '2026-11-20',
      };
    }),
    omitted: 1_000_000,
  },
  accounts: seriesOf(HOSTILE),
  read: { accounts: 800, values: 100_000, isAll: false },
  settling: ['instagram', 'a_platform_of_a_plugin'].map((platform) => ({
    platform,
    settlesAfterHours: 96,
    settled: 1_234_567,
    corrected: 234_567,
    distances: Array.from({ length: 169 }, (_, hour) => ({ hour, distance: 0.2 / (1 + hour / 10) })),
  })),
  runs: Array.from({ length: 30 }, (_, index) =>
    run({
      startedAt: new Date(Date.parse('2026-11-22T09:00:00Z') - index * 43_200_000).toISOString(),
      status: index % 5 === 0 ? 'partial' : 'completed',
    }),
  ),
};

/** Opens what a reader may open. */
const OPEN_DETAILS = `for (const details of document.querySelectorAll('details')) details.open = true;`;

describe.skipIf(CHROMIUM === null)(`the report in a browser${why}`, () => {
  let browser: Browser;
  const pages = new Map<string, string>();

  beforeAll(async () => {
    browser = await startBrowser(CHROMIUM ?? '');
    await collectJson(['--sandbox', 'faulty', '--keep', '--platform', 'youtube'], { env: {}, code: 3 });
    const file = join(home, 'sandbox.html');
    const told = await runCli(['report', '--sandbox', '--html', file]);
    expect(told).toMatchObject({ code: 0, stdout: `wrote the report to ${file}\n` });
    pages.set('sandbox', file);
    for (const [name, data] of Object.entries({ crowded: CROWDED, empty: EMPTY })) {
      pages.set(name, join(home, `${name}.html`));
      writeFileSync(join(home, `${name}.html`), renderPage(data));
    }
  });
  afterAll(() => browser?.close());

  const open = async (name: string, width: number, differing: Partial<Parameters<Browser['open']>[1]> = {}) =>
    browser.open(pathToFileURL(pages.get(name) ?? '').href, { width, height: 900, scheme: 'light', ...differing });

  const views = ['sandbox', 'crowded', 'empty'].flatMap((name) => [1280, 768, 390].map((width) => ({ name, width })));

  it.each(views)('cuts nothing off and overlaps no texts: $name at $width px', async ({ name, width }) => {
    await open(name, width);
    expect(await browser.evaluate<string[]>(LAYOUT_FAULTS)).toEqual([]);
    await browser.evaluate(OPEN_DETAILS);
    expect(await browser.evaluate<string[]>(LAYOUT_FAULTS)).toEqual([]);
  });

  it.each(['sandbox', 'crowded'])('prints in full, including what a click would open: %s', async (name) => {
    await open(name, 700, { media: 'print', scheme: 'dark' });
    expect(await browser.evaluate<string[]>(LAYOUT_FAULTS)).toEqual([]);
    expect(await browser.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe('rgb(255, 255, 255)');
    expect(
      await browser.evaluate(`document.querySelector('details .list').getBoundingClientRect().height`),
    ).toBeGreaterThan(100);
  });

  it('makes no request, runs no script, and violates no policy of its own', async () => {
    await open('crowded', 1280);
    expect(browser.requests()).toEqual([]);
    expect(browser.messages()).toEqual([]);
    expect(
      await browser.evaluate(`document.querySelectorAll('script, img, iframe, [onerror], [onmouseover]').length`),
    ).toBe(0);
  });

  it.each(['light', 'dark'] as const)('is readable in %s mode', async (scheme) => {
    await open('crowded', 1280, { scheme });
    expect(await browser.evaluate<number>(LEAST_CONTRAST)).toBeGreaterThan(4.5);
  });

  it.each([
    { part: 'coverage', selector: '.map tbody' },
    { part: 'chart', selector: '#accounts svg' },
    { part: 'runs', selector: '#runs svg' },
    { part: 'settling', selector: '#settling svg' },
  ])('draws what it drew before: $part', async ({ part, selector }) => {
    await open('crowded', 1280);
    const box = await browser.evaluate<{ x: number; y: number; width: number; height: number }>(
      `(({ x, y, width, height }) => ({ x, y: y + scrollY, width, height }))(document.querySelector('${selector}').getBoundingClientRect())`,
    );
    const drawn = await browser.screenshot(box);
    const file = join(import.meta.dirname, `report/${part}.png`);
    if (!existsSync(file)) writeFileSync(file, drawn);
    await browser.open('about:blank', { width: 800, height: 600, scheme: 'light' });
    expect(await browser.evaluate(difference(readFileSync(file), drawn))).toBeLessThan(LARGEST_DIFFERENCE);
  });
});

/** The smallest contrast of a text with the page behind it, as WCAG measures it. */
const LEAST_CONTRAST = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const linear = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [red, green, blue] = channels(color).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const colors = [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility() && each.textContent.trim() !== '' && !each.matches('svg :not(text, tspan)'))
    .map((each) => getComputedStyle(each)[each.closest('svg') ? 'fill' : 'color']).filter((color) => /^rgb\\(/.test(color));
  return Math.min(...[...new Set(colors)].map((color) => {
    const [less, more] = [light(color), paper].sort((one, other) => one - other);
    return (more + 0.05) / (less + 0.05);
  }));
})()`;

/** Fonts and smoothing differ by less; a shape that has moved or gone differs by more. */
const LARGEST_DIFFERENCE = 0.25;

/** How much ink is elsewhere in two pictures, square by square of 8 pixels, as a share of all the ink. */
function difference(one: Buffer, other: Buffer): string {
  const sources = JSON.stringify([one, other].map((png) => `data:image/png;base64,${png.toString('base64')}`));
  return `(async () => {
    const squares = await Promise.all(${sources}.map(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(Math.round(image.width / 8), Math.round(image.height / 8));
      const drawing = canvas.getContext('2d');
      drawing.imageSmoothingQuality = 'high';
      drawing.drawImage(image, 0, 0, canvas.width, canvas.height);
      return { size: [canvas.width, canvas.height].join(), data: drawing.getImageData(0, 0, canvas.width, canvas.height).data };
    }));
    if (squares[0].size !== squares[1].size) return 1;
    let [moved, ink] = [0, 0];
    for (const [index, value] of squares[0].data.entries()) {
      moved += Math.abs(value - squares[1].data[index]);
      ink += 255 - value;
    }
    return moved / ink;
  })()`;
}
