import { expect, it, onTestFinished } from 'vitest';
import { expiryWarnings } from '../../src/collector/expiring.js';
import { readStatus } from '../../src/collector/status.js';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { population } from '../../src/sandbox/population.js';
import { createWorld } from '../support/world.js';

const NOON = new Date('2026-11-22T12:00:00Z');

it('warns of tokens that only their user can renew, in the run and in status', async () => {
  const world = await createWorld({
    accounts: population({ users: 2, platforms: ['instagram', 'youtube', 'linkedin'] }),
    now: NOON,
  });
  onTestFinished(() => world.close());
  const expire = (platform: string, user: number, expiresAt: string, refreshToken = 'refresh_token') =>
    world.query(`update platform_connections set token_expires_at = '${expiresAt}', refresh_token = ${refreshToken}
                  where platform = '${platform}' and user_id like '%${user}'`);
  // The hour of a Google token, and LinkedIn's sixty days, are renewed without the user.
  await expire('youtube', 1, '2026-11-22T11:00:00Z');
  await expire('linkedin', 1, '2026-11-24T00:00:00Z');
  await expire('linkedin', 2, '2026-12-02T11:59:00Z', 'null');
  await expire('instagram', 1, '2026-11-22T11:00:00Z', "'of no use'");
  await expire('instagram', 2, '2026-12-02T12:00:00Z');

  const summary = await world.collect({ dryRun: true });
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^the token of instagram 17841400000000001 of user \S+1 ended at 2026-11-22T11:00/),
    expect.stringMatching(/^the token of linkedin 70000002 of user \S+2 ends at 2026-12-02T11:59/),
  ]);
  expect((await world.collect({ dryRun: true, platforms: ['youtube'] })).warnings).toEqual([]);

  const platforms = createPlatforms(loadConfig({ META_GRAPH_VERSION: 'v21.0' }));
  const status = await readStatus(world.store, platforms, 7, NOON);
  expect(status.expiring_tokens.map((token) => [token.platform, token.account_id])).toEqual([
    ['instagram', expect.any(String)],
    ['linkedin', '70000002'],
  ]);
  expect(status.warnings).toEqual([expect.stringContaining('META_GRAPH_VERSION')]);
});

it('does not flood an operator when thousands of tokens end', () => {
  const end = { userId: 'u', platform: 'instagram', accountId: null, accountName: null, hasRefreshToken: false };
  const ends = Array.from({ length: 2_500 }, (_, i) => ({
    ...end,
    connectionId: `c${i}`,
    tokenExpiresAt: '2026-11-30T00:00:00+00:00',
  }));
  const warnings = expiryWarnings(ends, NOON);
  expect(warnings).toHaveLength(21);
  expect(warnings.at(0)).toContain('connection c0 of user u ends at 2026-11-30');
  expect(warnings.at(-1)).toContain('2480 more tokens');
});
