import { answerBluesky } from './bluesky.js';
import { answerLinkedin } from './linkedin.js';
import { answerMastodon } from './mastodon.js';
import { answerGraph } from './meta.js';
import { answerFacebookLogin } from './meta-login.js';
import { answerGoogleAccounts, answerGoogleOauth, answerLinkedinOauth } from './oauth.js';
import { answerInstagramLogin, answerInstagramToken, answerThreadsLogin } from './own-login.js';
import { answerPinterest, answerPinterestLogin } from './pinterest.js';
import { answerThreads } from './threads.js';
import { answerTiktokAccounts } from './tiktok-accounts.js';
import { answerTiktokDisplay } from './tiktok-display.js';
import { answerTiktokLogin } from './tiktok-login.js';
import { answerYoutubeAnalytics, answerYoutubeData } from './youtube.js';

/** Every API of the sandbox, by the first segment of its path: the host it stands in for, and the variable that holds its address. */
export const APIS = {
  meta: { host: 'graph.facebook.com', variable: 'META_GRAPH_URL', answer: answerGraph },
  'facebook-login': { host: 'www.facebook.com', variable: 'META_LOGIN_URL', answer: answerFacebookLogin },
  'instagram-login': { host: 'www.instagram.com', variable: 'INSTAGRAM_LOGIN_URL', answer: answerInstagramLogin },
  'instagram-token': { host: 'api.instagram.com', variable: 'INSTAGRAM_TOKEN_URL', answer: answerInstagramToken },
  instagram: { host: 'graph.instagram.com', variable: 'INSTAGRAM_GRAPH_URL', answer: answerGraph },
  'youtube-analytics': {
    host: 'youtubeanalytics.googleapis.com',
    variable: 'YOUTUBE_ANALYTICS_URL',
    answer: answerYoutubeAnalytics,
  },
  'youtube-data': { host: 'www.googleapis.com', variable: 'YOUTUBE_DATA_URL', answer: answerYoutubeData },
  'google-oauth': { host: 'oauth2.googleapis.com', variable: 'GOOGLE_OAUTH_URL', answer: answerGoogleOauth },
  'google-accounts': { host: 'accounts.google.com', variable: 'GOOGLE_ACCOUNTS_URL', answer: answerGoogleAccounts },
  linkedin: { host: 'api.linkedin.com', variable: 'LINKEDIN_API_URL', answer: answerLinkedin },
  'linkedin-oauth': { host: 'www.linkedin.com', variable: 'LINKEDIN_OAUTH_URL', answer: answerLinkedinOauth },
  pinterest: { host: 'api.pinterest.com', variable: 'PINTEREST_API_URL', answer: answerPinterest },
  'pinterest-login': { host: 'www.pinterest.com', variable: 'PINTEREST_LOGIN_URL', answer: answerPinterestLogin },
  threads: { host: 'graph.threads.net', variable: 'THREADS_GRAPH_URL', answer: answerThreads },
  'threads-login': { host: 'threads.net', variable: 'THREADS_LOGIN_URL', answer: answerThreadsLogin },
  'tiktok-accounts': { host: 'business-api.tiktok.com', variable: 'TIKTOK_BUSINESS_URL', answer: answerTiktokAccounts },
  'tiktok-display': { host: 'open.tiktokapis.com', variable: 'TIKTOK_API_URL', answer: answerTiktokDisplay },
  'tiktok-login': { host: 'www.tiktok.com', variable: 'TIKTOK_LOGIN_URL', answer: answerTiktokLogin },
  bluesky: { host: 'public.api.bsky.app', variable: 'BLUESKY_API_URL', answer: answerBluesky },
  mastodon: { host: "the accounts' servers", variable: 'MASTODON_API_URL', answer: answerMastodon },
} as const;

export type Api = keyof typeof APIS;
type Variable = (typeof APIS)[Api]['variable'];

/** Variable -> base address, without a trailing slash. */
export type Addresses = Readonly<Record<Variable, string>>;

export function addressesAt(origin: string): Addresses {
  const addresses = Object.entries(APIS).map(([api, { variable }]) => [variable, `${origin}/${api}`]);
  return Object.fromEntries(addresses) as Addresses;
}

export function isApi(name: string): name is Api {
  return Object.hasOwn(APIS, name);
}
