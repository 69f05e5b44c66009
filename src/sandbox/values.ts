/** The true values of the sandbox: the server answers with them, and tests compare database rows to them. */

/** FNV-1a with an extra mixing step, because its low bits alone repeat too soon. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** A whole number from `low` to `high`, the same each time for the same text. */
export function pick(text: string, low: number, high: number): number {
  return low + (hash(text) % (high - low + 1));
}

/** The range of a metric's daily values. Keys are the platforms' own names, except `follows` and `unfollows`. */
const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  // Instagram; YouTube shares views, likes, comments, shares
  views: [800, 24_000],
  profile_views: [5, 900],
  website_clicks: [0, 60],
  likes: [10, 1_500],
  comments: [0, 120],
  saves: [0, 90],
  shares: [0, 70],
  replies: [0, 8],
  reposts: [0, 12],
  profile_links_taps: [0, 40],
  follows: [0, 80],
  unfollows: [0, 30],
  // Facebook
  page_media_view: [300, 12_000],
  page_post_engagements: [4, 700],
  page_total_actions: [0, 25],
  page_views_total: [2, 400],
  page_daily_unfollows_unique: [0, 15],
  page_video_views: [0, 3_000],
  // Milliseconds.
  page_video_view_time: [0, 90_000_000],
  page_messages_new_conversations_unique: [0, 12],
  // YouTube
  dislikes: [0, 15],
  redViews: [0, 300],
  videosAddedToPlaylists: [0, 40],
  videosRemovedFromPlaylists: [0, 10],
  estimatedMinutesWatched: [500, 30_000],
  estimatedRedMinutesWatched: [0, 900],
  subscribersGained: [0, 60],
  subscribersLost: [0, 20],
  // LinkedIn
  pageViews: [0, 500],
  desktopButtonClicks: [0, 9],
  mobileButtonClicks: [0, 9],
  organicFollowerGain: [0, 25],
  paidFollowerGain: [0, 5],
  impressionCount: [20, 4_000],
  clickCount: [0, 90],
  // Removing a sponsored reaction counts as minus one.
  likeCount: [-2, 80],
  commentCount: [0, 12],
  shareCount: [0, 9],
  // Pinterest
  IMPRESSION: [50, 9_000],
  SAVE: [0, 120],
  PIN_CLICK: [0, 200],
  OUTBOUND_CLICK: [0, 90],
  // Threads shares views, likes, replies, reposts with Instagram
  quotes: [0, 20],
  clicks: [1, 80],
  // TikTok; shares profile_views, likes, comments, shares
  video_views: [100, 20_000],
  daily_new_followers: [0, 60],
  bio_link_clicks: [0, 40],
  phone_number_clicks: [0, 9],
  email_clicks: [0, 9],
  address_clicks: [0, 9],
  app_download_clicks: [0, 12],
  lead_submissions: [0, 6],
};

type Of = (metric: string) => number;

/** Metrics derived from others, so that the numbers of a day are consistent. */
const DERIVED: Readonly<Record<string, (of: Of, accountId: string, date: string) => number>> = {
  reach: (of) => Math.floor(of('views') * 0.62),
  accounts_engaged: (of) => Math.floor(of('likes') * 0.8),
  total_interactions: (of) => of('likes') + of('comments') + of('saves') + of('shares') + of('reposts'),
  follower_count: (of) => of('follows'),
  page_actions_post_reactions_total: (_of, accountId, date) => sumOf(trueReactions(accountId, date)),
  page_total_media_view_unique: (of) => Math.floor(of('page_media_view') * 0.55),
  page_daily_follows_unique: (of, accountId, date) =>
    of('page_daily_unfollows_unique') + followers(accountId, date) - followers(accountId, dayBefore(date)),
  page_daily_follows: (of) => of('page_daily_follows_unique') + 1,
  page_follows: (_of, accountId, date) => followers(accountId, date),
  engagedViews: (of) => Math.floor(of('views') * 0.7),
  averageViewPercentage: (_of, accountId, date) => pick(`${accountId}|averageViewPercentage|${date}`, 200, 800) / 10,
  averageViewDuration: (of) => Math.floor((of('estimatedMinutesWatched') * 60) / of('views')),
  mobilePageViews: (of) => Math.floor(of('pageViews') / 3),
  desktopPageViews: (of) => of('pageViews') - Math.floor(of('pageViews') / 3),
  uniquePageViews: (of) => Math.floor(of('pageViews') * 0.7),
  uniqueImpressionsCount: (of) => Math.floor(of('impressionCount') * 0.6),
  engagement: (of) =>
    (of('clickCount') + of('likeCount') + of('commentCount') + of('shareCount')) / of('impressionCount'),
  ENGAGEMENT: (of) => of('SAVE') + of('PIN_CLICK') + of('OUTBOUND_CLICK'),
  unique_video_views: (of) => Math.floor(of('video_views') * 0.7),
  engaged_audience: (of) => Math.floor(of('likes') * 0.8),
  followers_count: (_of, accountId, date) => followers(accountId, date),
  daily_total_followers: (_of, accountId, date) => followers(accountId, date),
  daily_lost_followers: (of, accountId, date) =>
    Math.max(0, of('daily_new_followers') + followers(accountId, dayBefore(date)) - followers(accountId, date)),
};

/** Followers of an account at the end of a day. */
function followers(accountId: string, date: string): number {
  return pick(accountId, 200, 40_000) + Math.floor(Date.parse(date) / 86_400_000 / 2);
}

function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}

/** The value of an account's metric on a day (`YYYY-MM-DD` of the platform); undefined for a metric without daily numbers. */
export function trueValue(accountId: string, metric: string, date: string): number | undefined {
  const derive = DERIVED[metric];
  if (derive) return derive((name) => trueValue(accountId, name, date) ?? 0, accountId, date);
  const range = RANGES[metric];
  return range && pick(`${accountId}|${metric}|${date}`, range[0], range[1]);
}

/** Reactions to a Page's posts by kind, without kinds of which there are none. There is always at least one like. */
export function trueReactions(accountId: string, date: string): Readonly<Record<string, number>> {
  const parts: Record<string, number> = {};
  for (const kind of ['like', 'love', 'wow', 'haha', 'sorry', 'anger'])
    addPart(parts, kind, pick(`${accountId}|${kind}|${date}`, kind === 'like' ? 1 : 0, 9));
  return parts;
}

/** Unique people in the days up to a date: more than on any one day, fewer than the sum. */
export function trueReach(accountId: string, metric: string, date: string, days: number): number {
  const daily = Array.from({ length: days }, (_, back) => {
    const day = new Date(Date.parse(date) - back * 86_400_000).toISOString().slice(0, 10);
    return trueValue(accountId, metric, day) ?? 0;
  });
  const most = Math.max(...daily);
  return most + Math.floor((daily.reduce((a, b) => a + b, 0) - most) / 2);
}

function sumOf(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((a, b) => a + b, 0);
}

export type Breakdown = 'media_product_type' | 'follow_type' | 'contact_button_type' | 'creatorContentType';

/** Meta renamed these types; both sets of names are in use, so half of the accounts have each. */
const MEDIA_TYPES = [
  ['REEL', 'POST', 'STORY', 'CAROUSEL_CONTAINER', 'AD'],
  ['REELS', 'FEED', 'STORY', 'AD'],
] as const;

function categories(accountId: string, breakdown: Breakdown, metric: string): readonly string[] {
  switch (breakdown) {
    case 'media_product_type':
      return pick(accountId, 0, 1) === 0 ? MEDIA_TYPES[0] : MEDIA_TYPES[1];
    case 'follow_type':
      return ['FOLLOWER', 'NON_FOLLOWER', 'UNKNOWN'];
    case 'contact_button_type':
      return ['EMAIL', 'CALL', 'DIRECTION', 'BOOK_NOW', 'TEXT'];
    case 'creatorContentType':
      // Subscribers gained on the channel's own page belong to no content.
      return metric.startsWith('subscribers')
        ? ['videoOnDemand', 'shorts', 'liveStream', 'creatorContentTypeUnspecified']
        : ['videoOnDemand', 'shorts', 'liveStream'];
  }
}

/** Metrics of unique accounts: their slices overlap and add up to more than the total. */
export const UNIQUE_METRICS: ReadonlySet<string> = new Set(['reach', 'accounts_engaged']);

/** A share of a value; a whole number if the value is one. */
export function shareOf(value: number, share: number): number {
  return Number.isInteger(value) ? Math.round(value * share) : value * share;
}

/**
 * A metric's value for a day, or a share of it, by category, without zeros. Adds up to that value, except for unique metrics.
 */
export function trueSplit(
  accountId: string,
  metric: string,
  date: string,
  breakdown: Breakdown,
  share = 1,
): Readonly<Record<string, number>> {
  const parts: Record<string, number> = {};
  const shown = (name: string) => shareOf(trueValue(accountId, name, date) ?? 0, share);
  if (metric === 'follows_and_unfollows') {
    addPart(parts, 'FOLLOWER', shown('follows'));
    addPart(parts, 'NON_FOLLOWER', shown('unfollows'));
    return parts;
  }
  const value = shown(metric);
  const total = UNIQUE_METRICS.has(metric) ? value + Math.floor(value * 0.01) : value;
  const names = categories(accountId, breakdown, metric);
  const seed = hash(`${accountId}|${date}`);
  // Three bits per category give it 0 to 7 shares of the whole; the first category also gets the remainder.
  const weights = names.map((_name, i) => (seed >>> (3 * i)) & 7);
  const allWeights = weights.reduce((a, b) => a + b, 0);
  let rest = total;
  for (let i = names.length - 1; i > 0; i--) {
    const part = allWeights === 0 ? 0 : Math.floor((total * (weights[i] ?? 0)) / allWeights);
    addPart(parts, names[i] ?? '', part);
    rest -= part;
  }
  addPart(parts, names[0] ?? '', rest);
  return parts;
}

function addPart(parts: Record<string, number>, name: string, value: number): void {
  if (value !== 0) parts[name] = value;
}
