import { afterEach, describe, expect, it } from 'vitest';
import { type App, type AppOptions, configuredPlatforms, openApp } from '../src/app.js';
import { DEFAULT_OPTIONS } from '../src/collector/options.js';
import { definePlatform, type Platform } from '../src/platforms/contract.js';
import type { Summary } from '../src/report/summary.js';
import { population } from '../src/sandbox/population.js';

let app: App | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function collectOn(platform: string, options: AppOptions): Promise<Summary> {
  app = await openApp({ sandbox: 'healthy', ...options });
  return app.collect(
    { ...DEFAULT_OPTIONS, platforms: [platform], trigger: 'test', signal: new AbortController().signal },
    () => undefined,
  );
}

describe('openApp({ sandbox })', () => {
  it('tells onToken of each token that was decrypted', async () => {
    const told = new Set<string>();
    await collectOn('facebook', { onToken: (token) => told.add(token) });
    const tokens = population()
      .filter(({ platform }) => platform === 'facebook')
      .map(({ accessToken }) => accessToken);
    expect([...told].sort()).toEqual(tokens.sort());
  });

  it('asks platforms of one’s own in the place of those with the same name', async () => {
    const asked: string[] = [];
    const [linkedin] = configuredPlatforms([], {}).filter(({ name }) => name === 'linkedin');
    if (linkedin === undefined) throw new Error('no such platform');
    const own: Platform = {
      ...linkedin,
      collect: async ({ accountId }, days) => {
        asked.push(accountId);
        return { days: days.map(({ date }) => ({ date, kind: 'no_data', values: [] })), closing: [] };
      },
    };
    await collectOn('linkedin', { ownPlatforms: [definePlatform(own)] });
    expect(new Set(asked).size).toBe(population().filter(({ platform }) => platform === 'linkedin').length);
  });

  it('lives by the clock it is given', async () => {
    const { dates } = await collectOn('linkedin', { now: () => new Date('2026-11-20T09:00:00Z') });
    expect(dates?.until).toBe('2026-11-19');
  });
});
