import { expect, test } from 'vitest';
import { lastingWarnings } from '../../src/collector/lasting.js';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';

const APPS = {
  GOOGLE_CLIENT_ID: 'id',
  GOOGLE_CLIENT_SECRET: 'google-secret',
  LINKEDIN_CLIENT_ID: 'id',
  LINKEDIN_CLIENT_SECRET: 'linkedin-secret',
};
const NOW = new Date('2026-11-29T12:00:00Z');
const END = '2027-01-24T00:00:00.000Z';
const PAST = '2026-11-29T11:00:00Z';

interface Case {
  readonly platform: string;
  readonly accessToken?: string;
  readonly hasRefreshToken?: boolean;
  readonly tokenExpiresAt?: string;
  readonly renewsTokens?: boolean;
  readonly environment?: Record<string, string>;
}

function told({ platform, environment = APPS, renewsTokens = true, ...tokens }: Case): string[] {
  const found = createPlatforms(loadConfig(environment)).get(platform);
  if (found === undefined) throw new Error(platform);
  const given = { accessToken: 'token', hasRefreshToken: false, tokenExpiresAt: null, ...tokens };
  return lastingWarnings(found, given, renewsTokens, NOW);
}

test.each<[string, Case, string[]]>([
  ['a refresh token and the app', { platform: 'youtube', hasRefreshToken: true }, []],
  ["a Page's token", { platform: 'facebook' }, []],
  ['Instagram over a Page', { platform: 'instagram', accessToken: 'EAAB' }, []],
  ['Instagram, renewed and stored', { platform: 'instagram', accessToken: 'IGAA' }, []],
  [
    'Instagram, not to be stored',
    { platform: 'instagram', accessToken: 'IGAA', renewsTokens: false },
    ['RENEW', 'day'],
  ],
  ['no refresh token', { platform: 'linkedin', tokenExpiresAt: END }, ['refresh token']],
  ['no refresh token and no date', { platform: 'linkedin' }, ['refresh token', '--expires']],
  [
    'an app without credentials',
    { platform: 'youtube', hasRefreshToken: true, tokenExpiresAt: END, environment: {} },
    ['set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET before'],
  ],
  ['Pinterest, without its app', { platform: 'pinterest', hasRefreshToken: true, tokenExpiresAt: END }, ['PINTEREST_']],
  [
    'TikTok, without an app for either API',
    { platform: 'tiktok', hasRefreshToken: true, tokenExpiresAt: END },
    [
      'set either TIKTOK_BUSINESS_CLIENT_ID and TIKTOK_BUSINESS_CLIENT_SECRET or TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET before',
    ],
  ],
  [
    'TikTok, with the app for one API',
    {
      platform: 'tiktok',
      hasRefreshToken: true,
      environment: { TIKTOK_CLIENT_KEY: 'key', TIKTOK_CLIENT_SECRET: 'secret' },
    },
    [],
  ],
  ['one that has ended', { platform: 'linkedin', tokenExpiresAt: PAST }, ['refresh token', 'has ended already']],
  [
    'one that has ended, which is renewed only before',
    { platform: 'threads', tokenExpiresAt: PAST },
    ['has ended already'],
  ],
  ['one that has ended, and is renewed', { platform: 'youtube', hasRefreshToken: true, tokenExpiresAt: PAST }, []],
  ["a Page's token with a past date", { platform: 'facebook', tokenExpiresAt: PAST }, []],
  ['an account that needs no token', { platform: 'bluesky', accessToken: '' }, []],
  [
    'an app without its secret',
    { platform: 'linkedin', hasRefreshToken: true, tokenExpiresAt: END, environment: { LINKEDIN_CLIENT_ID: 'id' } },
    ['set LINKEDIN_CLIENT_SECRET before'],
  ],
])('warns of what cannot last: %s', (_name, given, expected) => {
  expect(told(given)).toEqual(expected.map((part) => expect.stringContaining(part)));
});
