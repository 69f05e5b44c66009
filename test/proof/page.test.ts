import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { expectNoSecrets, type RunningCli, startCli, until } from '../e2e/support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from '../e2e/support/databases.js';
import { type Browser, CHROMIUM, startBrowser, type View } from '../support/browser.js';

const SECRET = 'e2e-0123456789abcdef';
const TRIGGER = '/api/internal/analytics/trigger-collection';
const accounts = population({ users: 40, faulty: true });
/** A run goes on for some seconds. */
const LATENCY_MS = 800;
const WIDTHS = [1280, 390, 320];
/** Where to put pictures of the page, to look at them. */
const PICTURES = process.env.PAGE_PICTURES;
const why = CHROMIUM === null ? ' (needs Chromium)' : '';

const WIDE: View = { width: 1280, height: 900, scheme: 'light' };
/** By how many pixels the page is wider than the window. */
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

describe.skipIf(CHROMIUM === null)(`the page of serve, in Chromium${why}`, () => {
  let database: Database;
  let sandbox: Sandbox;
  let tab: Browser;
  let server: RunningCli;
  let url = '';
  beforeAll(async () => {
    [database, sandbox, tab] = await Promise.all([
      readyDatabase('Supabase'),
      startSandbox({ accounts, latencyMs: LATENCY_MS }),
      startBrowser(CHROMIUM ?? ''),
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
    await Promise.all([tab.close(), database.close(), sandbox.close()]);
  });
  beforeEach(() => tab.forget());

  const trigger = () => fetch(url + TRIGGER, { method: 'POST', headers: { 'x-cron-secret': SECRET } });

  async function signIn(secret = SECRET): Promise<void> {
    await tab.open(url, WIDE);
    await tab.until(`document.activeElement?.id === 'secret'`);
    await tab.type(secret);
    await tab.press('Enter');
  }

  /** Fits into every width, light and dark. */
  async function expectToFit(name: string): Promise<void> {
    for (const width of WIDTHS) {
      for (const scheme of ['light', 'dark'] as const) {
        await tab.look({ width, height: 1_400, scheme });
        expect(await tab.evaluate<number>(OVERFLOW), `${name} at ${width} pixels`).toBe(0);
        if (PICTURES === undefined) continue;
        mkdirSync(PICTURES, { recursive: true });
        writeFileSync(join(PICTURES, `${name}-${width}-${scheme}.png`), await tab.screenshot());
      }
    }
    await tab.look(WIDE);
  }

  it('refuses a wrong secret, and says so next to the focused field', async () => {
    await tab.open(url, WIDE);
    await expectToFit('login');
    await signIn('not-the-secret');
    await tab.until(`document.querySelector('[role=alert]')?.textContent.includes('Wrong secret')`);
    await tab.until(`document.activeElement?.id === 'secret'`);
    expect(await tab.evaluate('document.getElementById("secret").value')).toBe('');
    await expectToFit('refused');
  });

  it('lets one sign in and out with the keyboard alone', async () => {
    await tab.open(url, { ...WIDE, width: 390 });
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
    expect(tab.messages()).toEqual([]);
    await tab.open(url, WIDE);
    await tab.until(`document.getElementById('secret')`);
  });

  it('lets one sign in over plain http from another host, where browsers send fewer headers', async () => {
    await tab.open(url.replace('127.0.0.1', 'reports.test'), WIDE);
    await tab.until(`document.activeElement?.id === 'secret'`);
    await tab.type(SECRET);
    await tab.press('Enter');
    await tab.until(`document.querySelector('[data-state]')`);
  });

  it('shows progress during a run without reloading, and then the end', async () => {
    await signIn();
    await tab.until(`document.querySelector('footer')`);
    await expectToFit('before');
    await tab.evaluate('window.loadedOnce = true');
    expect((await trigger()).status).toBe(202);
    await tab.until(`document.querySelector('progress')?.value > 0`);
    const first = await tab.evaluate<number>(`document.querySelector('progress').value`);
    await expectToFit('running');
    await tab.until(`document.querySelector('progress')?.value > ${first}`);
    expect(await tab.evaluate('document.title')).toMatch(/^\d+ % · /);
    expect(await tab.evaluate('window.loadedOnce')).toBe(true);
    await tab.until(`document.querySelector('[data-state=ended]') && document.querySelector('.failures li')`);
    await tab.until(`document.querySelector('footer') && !window.loadedOnce`);
    expect(await tab.evaluate(`getComputedStyle(document.querySelector('.making')).display`)).toBe('none');
    await expectToFit('ended');
    // The page's policy has refused nothing of its own.
    expect(tab.messages()).toEqual([]);
    expectNoSecrets(
      [SECRET, ...accounts.map(({ accessToken }) => accessToken)],
      [await tab.evaluate<string>('document.documentElement.outerHTML')],
    );
  });

  it('shows progress without JavaScript by reloading', async () => {
    await signIn();
    await tab.until(`document.querySelector('[data-state=ended]')`);
    await database.query('delete from collection_outcomes');
    await database.query('delete from collection_accounts');
    expect((await trigger()).status).toBe(202);
    await tab.open(url, { ...WIDE, script: false });
    await tab.until(`document.querySelector('[data-state=running]')`);
    await tab.until(`document.querySelector('[data-state=ended]')`);
  });
});
