import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type App, type AppOptions, configuredPlatforms, openApp } from '../src/app.js';
import { addDays } from '../src/collector/day.js';
import { type CollectOptions, DEFAULTS } from '../src/collector/options.js';
import { definePlatform, type Platform } from '../src/platforms/contract.js';
import type { Summary } from '../src/report/summary.js';
import { population } from '../src/sandbox/population.js';
import { baseAddress } from '../src/setting.js';
import { createKey } from '../src/tokens/key-file.js';
import { embeddedFolder } from './support/database.js';

let app: App | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** A kept sandbox opens several times faster than one in memory. */
async function collectIn(options: AppOptions, asked: Partial<CollectOptions>): Promise<Summary> {
  const { dataDir } = await embeddedFolder();
  await createKey(join(dataDir, 'sandbox.key'));
  const kept = { keptSandbox: 'create', environment: { ANALYTICS_SANDBOX_DIR: dataDir } } as const;
  app = await openApp({ sandbox: 'healthy', ...kept, ...options });
  const signal = new AbortController().signal;
  return app.collect({ ...DEFAULTS, trigger: 'test', signal, ...asked }, () => undefined);
}

const collectOn = (platform: string, options: AppOptions) => collectIn(options, { platforms: [platform] });

describe('openApp({ sandbox })', () => {
  it('calls onToken with each decrypted token', async () => {
    const told = new Set<string>();
    await collectOn('facebook', { onToken: (token) => told.add(token) });
    const tokens = population()
      .filter(({ platform }) => platform === 'facebook')
      .map(({ accessToken }) => accessToken);
    expect([...told].sort()).toEqual(tokens.sort());
  });

  it('uses own platforms in place of built-in ones of the same name', async () => {
    const asked: string[] = [];
    const [linkedin] = configuredPlatforms([], {}).filter(({ name }) => name === 'linkedin');
    if (linkedin === undefined) throw new Error('no such platform');
    const own: Platform = {
      ...linkedin,
      collect: async ({ accountId }, days) => {
        asked.push(accountId);
        return { days: days.map(({ date }) => ({ date, kind: 'no_data' })), closing: [] };
      },
    };
    await collectOn('linkedin', { ownPlatforms: [definePlatform(own)] });
    expect(new Set(asked).size).toBe(population().filter(({ platform }) => platform === 'linkedin').length);
  });

  it('gives own platforms their variables, and leaves no port open if one is invalid', async () => {
    const [linkedin] = configuredPlatforms([], {}).filter(({ name }) => name === 'linkedin');
    if (linkedin === undefined) throw new Error('no such platform');
    const asked: string[] = [];
    const own = definePlatform({
      name: 'own',
      title: 'Own',
      variables: { OWN_URL: baseAddress('https://own.example') },
      create({ OWN_URL }) {
        asked.push(OWN_URL);
        return { ...linkedin, name: 'own' };
      },
    });
    const ports = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    // Servers of other tests may still be closing.
    const before = ports();
    const wrong = { sandbox: 'healthy', ownPlatforms: [own], environment: { OWN_URL: 'nowhere' } } as const;
    await expect(openApp(wrong)).rejects.toMatchObject({ code: 'config_invalid' });
    await expect.poll(ports).toBeLessThanOrEqual(before);
    const broken = {
      ...own,
      create: () => {
        throw new Error('broken');
      },
    };
    await expect(openApp({ ...wrong, environment: {}, ownPlatforms: [broken] })).rejects.toThrow('broken');
    await expect.poll(ports).toBeLessThanOrEqual(before);
    app = await openApp({ ...wrong, environment: { OWN_URL: 'http://127.0.0.1:1' } });
    expect(asked).toEqual(['http://127.0.0.1:1']);
  });

  it('uses the given clock', async () => {
    const { dates } = await collectOn('linkedin', { now: () => new Date('2026-11-20T09:00:00Z') });
    expect(dates?.until).toBe('2026-11-19');
  });
});

describe('the sandbox on any date', () => {
  const today = new Date().toISOString().slice(0, 10);

  it.each([today, '2027-07-01', '2028-03-01', '2031-01-01'])('completes without a warning on %s', async (date) => {
    const summary = await collectIn(
      { now: () => new Date(`${date}T09:00:00Z`) },
      { window: { kind: 'day', date: addDays(date, -10) }, selection: { kind: 'shard', index: 1, count: 10 } },
    );
    expect(summary).toMatchObject({ status: 'completed', warnings: [] });
    expect(Object.keys(summary.platforms).sort()).toEqual(['facebook', 'instagram', 'linkedin', 'youtube']);
  });
});
