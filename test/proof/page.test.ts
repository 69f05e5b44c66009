import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { expectNoSecrets, type RunningCli, startCli, until } from '../e2e/support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from '../e2e/support/databases.js';
import { type Browser, CHROMIUM, openBrowser, type Tab } from '../support/browser.js';

const SECRET = 'e2e-0123456789abcdef';
const TRIGGER = '/api/internal/analytics/trigger-collection';
const accounts = population({ users: 40, faulty: true });
/** A run goes on for some seconds. */
const LATENCY_MS = 800;
const WIDTHS = [1280, 390, 320];
/** Where to put pictures of the page, to look at them. */
const PICTURES = process.env.PAGE_PICTURES;
const why = CHROMIUM === null ? ' (needs Chromium)' : '';

/** The right edge of what stands out furthest, beyond the window's; 0 if nothing does. */
const OVERFLOW = 'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

describe.skipIf(CHROMIUM === null)(`the page of serve, in Chromium${why}`, () => {
  let database: Database;
  let sandbox: Sandbox;
  let browser: Browser;
  let server: RunningCli;
  let url = '';
  beforeAll(async () => {
    [database, sandbox, browser] = await Promise.all([
      readyDatabase('Supabase'),
      startSandbox({ accounts, latencyMs: LATENCY_MS }),
      openBrowser(),
    ]);
    await connect(database, accounts.map(connectionRow));
    server = startCli(['serve', '--port', '0', '--grace', '0'], {
      env: { ...database.env, ...sandbox.urls, INTERNAL_CRON_SECRET: SECRET },
    });
    await until(() => server.told().includes('listening on'));
    [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(server.told()) ?? [];
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    await server.ended;
    await browser.close();
    await Promise.all([database.close(), sandbox.close()]);
  });

  const trigger = () => fetch(url + TRIGGER, { method: 'POST', headers: { 'x-cron-secret': SECRET } });

  async function signIn(tab: Tab, secret = SECRET): Promise<void> {
    await tab.goTo(url);
    await tab.until(`document.activeElement?.id === 'secret'`);
    await tab.type(secret);
    await tab.press('Enter');
  }

  async function picture(tab: Tab, name: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    writeFileSync(join(PICTURES, `${name}.png`), await tab.screenshot());
  }

  /** Fits into every width, light and dark. */
  async function expectToFit(tab: Tab, name: string): Promise<void> {
    for (const width of WIDTHS) {
      for (const dark of [false, true]) {
        await tab.look({ width, height: 1400, dark });
        expect(await tab.evaluate<number>(OVERFLOW), `${name} at ${width} pixels`).toBe(0);
        await picture(tab, `${name}-${width}-${dark ? 'dark' : 'light'}`);
      }
    }
    await tab.look({ width: 1280 });
  }

  it('refuses a wrong secret, and says so where the focus stays', async () => {
    const tab = await browser.open();
    await tab.look({ width: 1280 });
    await tab.goTo(url);
    await expectToFit(tab, 'login');
    await signIn(tab, 'not-the-secret');
    await tab.until(`document.querySelector('[role=alert]')?.textContent.includes('not the secret')`);
    await tab.until(`document.activeElement?.id === 'secret'`);
    expect(await tab.evaluate('document.getElementById("secret").value')).toBe('');
    await expectToFit(tab, 'refused');
  });

  it('is signed in to and out of with the keyboard alone', async () => {
    const tab = await browser.open();
    await tab.look({ width: 390 });
    await tab.goTo(url);
    await tab.until(`document.activeElement?.id === 'secret'`);
    await tab.type(SECRET);
    await tab.press('Tab');
    expect(await tab.evaluate('document.activeElement.textContent')).toBe('Sign in');
    await tab.press('Enter');
    await tab.until(`document.querySelector('[data-state]')`);
    expect(await tab.evaluate('document.cookie')).toBe('');
    await tab.press('Tab');
    expect(await tab.evaluate('document.activeElement.textContent')).toBe('Sign out');
    await tab.press('Enter');
    await tab.until(`document.getElementById('secret')`);
    await tab.goTo(url);
    await tab.until(`document.getElementById('secret')`);
    expect(tab.complaints).toEqual([]);
  });

  it('counts up during a run without being loaded again, and shows the end', async () => {
    const tab = await browser.open();
    await tab.look({ width: 1280 });
    await signIn(tab);
    await tab.until(`document.querySelector('footer')`);
    await expectToFit(tab, 'before');
    await tab.evaluate('window.loadedOnce = true');
    expect((await trigger()).status).toBe(202);
    const percent = () => tab.evaluate<number>(`document.querySelector('progress')?.value ?? 0`);
    await tab.until(`document.querySelector('progress')?.value > 0`);
    const first = await percent();
    await expectToFit(tab, 'running');
    await tab.until(`document.querySelector('progress')?.value > ${first}`);
    expect(await tab.evaluate('document.title')).toMatch(/^\d+ % · /);
    expect(await tab.evaluate('window.loadedOnce')).toBe(true);
    await tab.until(`document.querySelector('[data-state=ended]')`);
    await tab.until(`document.querySelector('.failures li')`);
    await tab.until(`document.querySelector('footer')`);
    expect(await tab.evaluate(`getComputedStyle(document.querySelector('.making')).display`)).toBe('none');
    await expectToFit(tab, 'ended');
    expect(tab.complaints).toEqual([]);
    expectNoSecrets(
      [SECRET, ...accounts.map(({ accessToken }) => accessToken)],
      [await tab.evaluate<string>('document.documentElement.outerHTML')],
    );
  });

  it('shows the progress without script, too, each time it is loaded', async () => {
    const tab = await browser.open();
    await tab.look({ width: 1280 });
    await signIn(tab);
    await tab.until(`document.querySelector('[data-state=ended]')`);
    await tab.look({ width: 1280, script: false });
    await database.query('delete from collection_outcomes');
    await database.query('delete from collection_accounts');
    expect((await trigger()).status).toBe(202);
    await tab.goTo(url);
    await tab.until(`document.querySelector('[data-state=running]')`);
    // The page says itself that it is to be loaded again.
    await tab.until(`document.querySelector('[data-state=ended]')`);
  });
});
