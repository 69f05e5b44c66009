import { describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { createWorld } from '../../src/sandbox/world.js';

const accounts = population({ users: 1, platforms: ['instagram', 'tiktok'] });
const opened = () =>
  createWorld({
    accounts,
    now: () => new Date('2026-11-22T09:00:00Z'),
    refusedMetrics: [],
    metaAppSecret: undefined,
    exhausted: [],
    disabled: [],
    youtubeQueriesPerMinute: Number.POSITIVE_INFINITY,
    linkedinCallsPerDay: Number.POSITIVE_INFINITY,
  });

describe('a sandbox that is opened again', () => {
  it.each(accounts)('knows the tokens that it gave before, which a kept database has ($platform)', (account) => {
    const token = opened().issueToken(account);
    expect(opened().grants(token)).toMatchObject([{ account }]);
    expect(opened().grants(`${token}x`)).toEqual([]);
  });

  const renewable = accounts.filter(({ refreshToken }) => refreshToken !== undefined);
  it.each(renewable)('knows a refresh token that it gave before, until it is replaced ($platform)', (account) => {
    const { refreshToken = '', platform } = account;
    const token = opened().replaceRefreshToken(refreshToken, account);
    const world = opened();
    expect(world.refreshable(token, platform)).toBe(account);
    world.issueToken(account);
    const next = world.replaceRefreshToken(token, account);
    expect(world.refreshable(next, platform)).toBe(account);
    expect(world.refreshable(token, platform)).toBeUndefined();
    expect(world.refreshable(refreshToken, platform)).toBeUndefined();
  });
});
