import type { Fault, SandboxAccount, SandboxPlatform } from './account.js';
import { pick } from './values.js';

export interface PopulationOptions {
  readonly users?: number;
  /** Each user has an account on each of these. Default: on two of Instagram, Facebook, YouTube and LinkedIn, and some access tokens have expired. */
  readonly platforms?: readonly SandboxPlatform[];
  /** Breaks a realistic handful of accounts. Use it with `FAULTY_REFUSED_METRICS` for the sandbox. */
  readonly faulty?: boolean;
  /** The time before which tokens with a known expiry date have expired. Default: now. */
  readonly now?: Date;
}

/** One metric each of Instagram, Facebook and YouTube that the faulty sandbox has retired. */
export const FAULTY_REFUSED_METRICS = ['replies', 'page_views_total', 'redViews'] as const;

const PLACES = [
  'Lisbon',
  'Oslo',
  'Kyoto',
  'Porto',
  'Ghent',
  'Turin',
  'Malmo',
  'Cork',
  'Graz',
  'Bergen',
  'Split',
  'Bilbao',
];
const TRADES = [
  'Bakery',
  'Cycles',
  'Florist',
  'Books',
  'Roasters',
  'Ceramics',
  'Yoga',
  'Records',
  'Optics',
  'Gardens',
  'Tailors',
  'Climbing',
  'Cheese',
];

/** The platforms of every ten users: each pair occurs, with Instagram the most frequent. */
const PAIRS: readonly (readonly SandboxPlatform[])[] = [
  ['instagram', 'facebook'],
  ['instagram', 'youtube'],
  ['instagram', 'linkedin'],
  ['facebook', 'youtube'],
  ['instagram', 'facebook'],
  ['instagram', 'youtube'],
  ['instagram', 'facebook'],
  ['instagram', 'linkedin'],
  ['facebook', 'linkedin'],
  ['youtube', 'linkedin'],
];

/** User number -> what is wrong with that user's account on a platform. */
const FAULTS: Readonly<Record<SandboxPlatform, Readonly<Record<number, Fault>>>> = {
  instagram: {
    3: { kind: 'dead_token' },
    17: { kind: 'missing_permission' },
    42: { kind: 'api_down' },
    65: { kind: 'no_data' },
    81: { kind: 'server_error', times: 1 },
  },
  facebook: {
    5: { kind: 'dead_token', subcode: 460 },
    24: { kind: 'permission_empty' },
    44: { kind: 'api_down' },
    77: { kind: 'throttled' },
  },
  youtube: { 10: { kind: 'dead_token' }, 32: { kind: 'no_data' }, 54: { kind: 'missing_permission' } },
  // A used-up daily quota would end LinkedIn for the whole run.
  linkedin: {
    13: { kind: 'dead_token' },
    38: { kind: 'missing_permission' },
    90: { kind: 'throttled', window: 'MINUTE' },
  },
  // A throttled account would make all others of the app wait.
  pinterest: { 8: { kind: 'dead_token' }, 27: { kind: 'missing_permission' }, 58: { kind: 'no_data' } },
  threads: {
    6: { kind: 'dead_token' },
    19: { kind: 'missing_permission' },
    47: { kind: 'refused_metric', metric: 'followers_count' },
  },
  tiktok: { 9: { kind: 'dead_token' }, 28: { kind: 'missing_permission' }, 59: { kind: 'no_data' } },
  bluesky: { 7: { kind: 'missing_permission' } },
  mastodon: { 9: { kind: 'missing_permission' } },
};

/** The same accounts in every call on one day (UTC): by default 150 users with two accounts each. */
export function population(options: PopulationOptions = {}): SandboxAccount[] {
  const { users = 150, platforms, faulty = false, now = new Date() } = options;
  return Array.from({ length: users }, (_, i) => i + 1).flatMap((user) =>
    (platforms ?? pairOf(user)).map((platform) => {
      const account = ACCOUNT_OF[platform](user);
      const fault = faulty ? FAULTS[platform][user] : undefined;
      return { ...account, ...(platforms === undefined && ranOut(account, user, now)), ...(fault && { fault }) };
    }),
  );
}

function pairOf(user: number): readonly SandboxPlatform[] {
  return PAIRS[(user - 1) % PAIRS.length] ?? [];
}

/** Of the accounts with renewable tokens, every third has an expired access token; for half of these, the expiry date is known. */
function ranOut(account: SandboxAccount, user: number, now: Date): Partial<SandboxAccount> {
  if (account.refreshToken === undefined || user % 3 !== 0) return {};
  const today = `${now.toISOString().slice(0, 10)}T00:00:00Z`;
  return { fault: { kind: 'expired_token' }, ...(user % 2 === 0 && { tokenExpiresAt: today }) };
}

/** `20000000-0000-4000-8000-000000000042`: a UUID, for databases that require one. */
function sandboxUserId(user: number): string {
  return `20000000-0000-4000-8000-${digits(user, 12)}`;
}

const ACCOUNT_OF: Readonly<Record<SandboxPlatform, (user: number) => SandboxAccount>> = {
  instagram: instagramAccount,
  facebook: facebookAccount,
  youtube: youtubeAccount,
  linkedin: linkedinAccount,
  pinterest: pinterestAccount,
  threads: threadsAccount,
  tiktok: tiktokAccount,
  bluesky: blueskyAccount,
  mastodon: mastodonAccount,
};

/** Every fifth uses the Instagram login; every seventh of the others is connected by the id of its Page. */
function instagramAccount(user: number): SandboxAccount {
  const base = common(user, 'instagram');
  const accountId = `178414${digits(user, 11)}`;
  if (user % 5 === 0) return { ...base, accountId, accessToken: `IGAAsandbox${digits(user, 6)}` };
  return {
    ...base,
    accountId,
    accessToken: `EAAsandboxInstagram${digits(user, 6)}`,
    pageId: pageId(user),
    ...(user % 7 === 0 && { connectedAs: pageId(user) }),
  };
}

/** Every sixth has a user's token, which has to be exchanged for the Page's own. */
function facebookAccount(user: number): SandboxAccount {
  const base = { ...common(user, 'facebook'), accountId: pageId(user) };
  const pageToken = `EAAsandboxPage${digits(user, 6)}`;
  return user % 6 === 0
    ? { ...base, accessToken: `EAAsandboxUser${digits(user, 6)}`, pageToken }
    : { ...base, accessToken: pageToken };
}

function youtubeAccount(user: number): SandboxAccount {
  return {
    ...common(user, 'youtube'),
    accountId: `UCsandbox${digits(user, 15)}`,
    accessToken: `ya29.sandbox-${digits(user, 6)}`,
    refreshToken: `1//sandbox-${digits(user, 6)}`,
  };
}

function linkedinAccount(user: number): SandboxAccount {
  return {
    ...common(user, 'linkedin'),
    accountId: `70${digits(user, 6)}`,
    accessToken: `AQXsandbox${digits(user, 6)}`,
    refreshToken: `AQYsandbox${digits(user, 6)}`,
  };
}

function pinterestAccount(user: number): SandboxAccount {
  return {
    ...common(user, 'pinterest'),
    accountId: `2783136121${digits(user, 9)}`,
    accessToken: `pina_sandbox${digits(user, 6)}`,
    refreshToken: `pinr_sandbox${digits(user, 6)}`,
  };
}

function threadsAccount(user: number): SandboxAccount {
  return {
    ...common(user, 'threads'),
    accountId: `2589${digits(user, 12)}`,
    accessToken: `THAAsandbox${digits(user, 6)}`,
  };
}

/** Every second is connected by its DID, the others by their handle. */
/** Every third is no Business account. */
function tiktokAccount(user: number): SandboxAccount {
  return {
    ...common(user, 'tiktok'),
    accountId: `_000sandbox${digits(user, 12)}`,
    accessToken: `act.sandbox${digits(user, 6)}`,
    refreshToken: `rft.sandbox${digits(user, 6)}`,
    ...(user % 3 === 0 && { kind: 'personal' as const }),
  };
}

function blueskyAccount(user: number): SandboxAccount {
  const accountId = user % 2 === 0 ? `did:plc:sandbox${digits(user, 17)}` : `sandbox-${user}.bsky.social`;
  return { ...common(user, 'bluesky'), accountId, accessToken: '' };
}

function mastodonAccount(user: number): SandboxAccount {
  const server = ['mastodon.example', 'social.example', 'fedi.example'][user % 3];
  return { ...common(user, 'mastodon'), accountId: `sandbox_${user}@${server}`, accessToken: '' };
}

function common(user: number, platform: SandboxPlatform) {
  const place = PLACES[user % PLACES.length];
  const trade = TRADES[user % TRADES.length];
  // Every eleventh is so small that Instagram withholds some metrics (below 100 followers).
  const followers = user % 11 === 0 ? 36 : pick(`${platform}|${user}`, 150, 60_000);
  return { platform, userId: sandboxUserId(user), name: `${place} ${trade}`, followers };
}

function pageId(user: number): string {
  return `1045${digits(user, 11)}`;
}

function digits(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
