import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type App, type AppOptions, configuredPlatforms, openApp } from '../src/app.js';
import { type CollectOptions, DEFAULTS } from '../src/collector/options.js';
import type { Platform } from '../src/platforms/contract.js';
import { definePlatform } from '../src/platforms/definition.js';
import type { Summary } from '../src/report/summary.js';
import { SANDBOX_PLATFORMS } from '../src/sandbox/account.js';
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
async function kept() {
  const { dataDir } = await embeddedFolder();
  await createKey(join(dataDir, 'sandbox.key'));
  return { keptSandbox: 'create', environment: { ANALYTICS_SANDBOX_DIR: dataDir } } as const;
}

async function collectIn(options: AppOptions, asked: Partial<CollectOptions>): Promise<Summary> {
  app = await openApp({ sandbox: 'healthy', ...(await kept()), ...options });
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

  it('has accounts on each platform that is asked for', async () => {
    const platforms = SANDBOX_PLATFORMS.filter((platform) => platform !== 'youtube');
    const { connections, platforms: counted } = await collectIn({ sandboxPlatforms: platforms }, { platforms });
    expect(Object.keys(counted).sort()).toEqual([...platforms].sort());
    expect(connections).toMatchObject({ failed: 0, skipped: 0 });
    expect(counted.tiktok).toMatchObject({ connections: 150, succeeded: 150 });
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
    const { keptSandbox, environment } = await kept();
    const open = (OWN_URL: string | undefined, platform = own) =>
      openApp({ sandbox: 'healthy', keptSandbox, ownPlatforms: [platform], environment: { ...environment, OWN_URL } });
    await expect(open('nowhere')).rejects.toMatchObject({ code: 'config_invalid' });
    await expect.poll(ports).toBeLessThanOrEqual(before);
    const broken = {
      ...own,
      create: () => {
        throw new Error('broken');
      },
    };
    await expect(open(undefined, broken)).rejects.toThrow('broken');
    await expect.poll(ports).toBeLessThanOrEqual(before);
    app = await open('http://127.0.0.1:1');
    expect(asked).toEqual(['http://127.0.0.1:1']);
  });

  it('uses the given clock', async () => {
    const { dates } = await collectOn('linkedin', { now: () => new Date('2026-11-20T09:00:00Z') });
    expect(dates?.until).toBe('2026-11-19');
  });
});
