import type { MetricInfo } from '../contract.js';

/** The Accounts API's metrics by day. Only some accounts have those from `unique_video_views` on. */
export const DAILY: readonly MetricInfo[] = [
  { name: 'video_views', unit: 'count', aggregate: 'sum', main: 'Video views', meaning: 'Times videos were viewed' },
  { name: 'profile_views', unit: 'count', aggregate: 'sum', main: 'Profile views', meaning: 'Profile views' },
  { name: 'likes', unit: 'count', aggregate: 'sum', main: 'Likes', meaning: 'Likes on videos' },
  { name: 'comments', unit: 'count', aggregate: 'sum', meaning: 'Comments on videos' },
  { name: 'shares', unit: 'count', aggregate: 'sum', meaning: 'Shares of videos' },
  {
    // The API uses this name twice: by day, and for the account as of now. This is the one by day.
    name: 'followers_count',
    unit: 'accounts',
    aggregate: 'last',
    main: 'Followers',
    meaning: 'Followers on the day, as TikTok gives them for it',
  },
  {
    name: 'unique_video_views',
    unit: 'accounts',
    aggregate: 'none',
    meaning: 'People who viewed a video; Business accounts only',
  },
  {
    name: 'engaged_audience',
    unit: 'accounts',
    aggregate: 'none',
    meaning: 'People who engaged with the account; Business accounts only',
  },
  {
    name: 'daily_total_followers',
    unit: 'accounts',
    aggregate: 'last',
    meaning: 'Followers on the day; Business accounts only',
  },
  {
    name: 'daily_new_followers',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Followers gained; Business accounts only',
  },
  {
    name: 'daily_lost_followers',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Followers lost; Business accounts only',
  },
  {
    name: 'bio_link_clicks',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Clicks on the link of the profile; registered or verified business accounts only',
  },
  {
    name: 'phone_number_clicks',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Clicks on the phone number; registered or verified business accounts only',
  },
  {
    name: 'email_clicks',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Clicks on the e-mail address; registered or verified business accounts only',
  },
  {
    name: 'address_clicks',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Clicks on the address; registered or verified business accounts only',
  },
  {
    name: 'app_download_clicks',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Clicks on the app's download link; registered or verified business accounts only",
  },
  {
    name: 'lead_submissions',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Leads submitted; registered or verified business accounts only',
  },
];

const FOLLOWING: MetricInfo = {
  name: 'following_count',
  unit: 'accounts',
  aggregate: 'last',
  period: 'lifetime',
  meaning: 'Accounts that this one follows, read when the day is collected',
};

/** The Accounts API's totals at the time of the request. */
export const CLOSING: readonly MetricInfo[] = [
  FOLLOWING,
  {
    name: 'total_likes',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Likes on all videos, read when the day is collected',
  },
  {
    name: 'videos_count',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Videos, read when the day is collected',
  },
];

/** The Display API's totals at the time of the request. It has nothing else. */
export const DISPLAY: readonly MetricInfo[] = [
  {
    name: 'follower_count',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Followers now',
    meaning: 'Followers at the end of the day, read when it is collected; Display API',
  },
  FOLLOWING,
  {
    name: 'likes_count',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Likes on all videos, read when the day is collected; Display API',
  },
  {
    name: 'video_count',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Videos, read when the day is collected; Display API',
  },
];

export const METRICS: readonly MetricInfo[] = [...new Set([...DAILY, ...CLOSING, ...DISPLAY])];
