import type { SandboxAccount } from './account.js';
import type { SandboxRequest } from './reply.js';
import type { World } from './world.js';

/** What both of TikTok's APIs say of every account, as of now. */
export const TOTALS = { following: 12, likes: 207_996, videos: 321 } as const;
export const LOG_ID = '20261122000000000000000000000000';

export function tiktokAccount(token: string, world: World): SandboxAccount | undefined {
  return world.grants(token).find(({ account }) => account.platform === 'tiktok')?.account;
}

export function countTokensInUrl({ query }: SandboxRequest, world: World): void {
  if (['access_token', 'refresh_token', 'client_secret'].some((name) => query.has(name)))
    world.counters.tokensInUrl += 1;
}
