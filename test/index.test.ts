import { afterEach, expect, it } from 'vitest';
import { collect, definePlatform, openApp, status } from '../src/index.js';
import { embeddedFolder } from './support/database.js';

let remove: () => Promise<void> = async () => undefined;
afterEach(() => remove());

const mastodon = definePlatform({
  name: 'mastodon',
  api: 'mastodon_rest',
  day: { timeZone: 'UTC', settlesAfterHours: 0, reachDays: 30, asks: 'day' },
  metrics: [
    { name: 'followers_count', apiName: 'followers_count', unit: 'accounts', aggregate: 'last', meaning: 'Followers' },
  ],
  version: { name: 'v1', endsOn: null, variable: null },
  renewsTokens: false,
  endsByDate: () => false,
  storageRule: null,
  collect: async (account, days) => ({
    days: days.map(({ date }) => ({
      date,
      kind: 'collected',
      values: [{ metric: 'followers_count', value: account.accountId.length }],
    })),
    closing: [],
  }),
  check: async () => ({ accountName: 'someone' }),
});

it('collects an own platform through the library', async () => {
  const folder = await embeddedFolder();
  remove = folder.remove;
  const options = { environment: { ANALYTICS_DATA_DIR: folder.dataDir }, ownPlatforms: [mastodon] };
  const app = await openApp(options);
  await app.addConnection({
    userId: 'me',
    platform: 'mastodon',
    accountId: '12345',
    accountName: null,
    check: true,
    accessToken: 'secret',
    refreshToken: null,
    tokenExpiresAt: null,
  });
  await app.close();

  expect(await collect(options)).toMatchObject({ status: 'completed', days: { settled: 7 }, metrics: { inserted: 7 } });
  expect(await collect(options)).toMatchObject({ status: 'completed', days: { planned: 0 } });
  const { last_run, platforms } = await status(options);
  expect(last_run).toMatchObject({ status: 'completed', trigger: 'library' });
  expect(platforms).toEqual([
    expect.objectContaining({ platform: 'mastodon', accounts: 1, accounts_with_data: 1, days_missing: 0 }),
  ]);
});
