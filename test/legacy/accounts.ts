import type { SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { daysAgo } from '../e2e/support/truth.js';

export const PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'] as const;
/** Settled on every platform, and no platform's last. */
export const DATES = [10, 9, 8, 7].map(daysAgo);

/** The sandbox's account of a user, numbered from 1. */
function account(user: number, platform: SandboxPlatform): SandboxAccount {
  const found = population({ users: user, platforms: [platform] })[user - 1];
  if (!found) throw new Error(`there is no user ${user}`);
  return found;
}

export function userId(user: number): string {
  return account(user, 'facebook').userId;
}

export const USER_IDS = [1, 2, 3, 4, 5].map(userId);

/** The first user's second Page. */
export const SECOND_PAGE: SandboxAccount = { ...account(7, 'facebook'), userId: userId(1) };
/** An organization that would answer, but whose only connection is not active. */
export const DISCONNECTED = account(4, 'linkedin');

/** What a run must collect. Two of the access tokens have run out: their refresh tokens open the accounts. */
export const LIVING: readonly SandboxAccount[] = [
  ...[1, 2, 3, 4, 5].map((user) => account(user, 'instagram')),
  ...[1, 2, 3, 4, 5].map((user) => account(user, 'facebook')),
  SECOND_PAGE,
  ...[1, 2, 3, 4, 5].map((user) => account(user, 'youtube')),
  ...[1, 2, 3, 5].map((user) => account(user, 'linkedin')),
].map((each) =>
  each.refreshToken !== undefined && each.userId === userId(3)
    ? { ...each, fault: { kind: 'expired_token' } as const }
    : each,
);

export function living(user: number, platform: SandboxPlatform): SandboxAccount {
  const found = LIVING.find((each) => each.userId === userId(user) && each.platform === platform);
  if (!found) throw new Error(`user ${user} has no living ${platform} account`);
  return found;
}
