import { baseAddress, loginAddress, secret, setting, type Values } from '../../setting.js';
import type { MetaSettings } from './graph.js';

/** Meta answers calls to an expired version with the oldest usable one: https://developers.facebook.com/docs/graph-api/changelog */
const OLDEST_VERSION = 21;
/** The newest version whose answers are known. */
const VERSION = 'v25.0';

/** What the platforms of Meta read from the environment. */
export const META_VARIABLES = {
  META_GRAPH_URL: baseAddress('https://graph.facebook.com'),
  INSTAGRAM_GRAPH_URL: baseAddress('https://graph.instagram.com'),
  META_LOGIN_URL: loginAddress('https://www.facebook.com'),
  META_GRAPH_VERSION: setting(isUsableVersion, `is not a Graph API version from v${OLDEST_VERSION}.0 on`, VERSION)
    .default(VERSION)
    .describe('version of the Graph API'),
  // Of no use to a run.
  META_APP_ID: appNumber().describe('the Meta app, for connect'),
  META_APP_SECRET: secret('0123456789abcdef').describe(
    'its secret, for connect; signs each request, if the app demands it',
  ),
};

/** The number of an app at Meta. */
export function appNumber() {
  return setting(
    (text) => /^\d{1,32}$/.test(text),
    'is not the id of a Meta app, which has only digits',
    '1234567890',
  ).optional();
}

export function metaSettings(variables: Values<typeof META_VARIABLES>): MetaSettings {
  return {
    graphUrl: variables.META_GRAPH_URL,
    instagramUrl: variables.INSTAGRAM_GRAPH_URL,
    version: variables.META_GRAPH_VERSION,
    loginUrl: variables.META_LOGIN_URL,
    appId: variables.META_APP_ID ?? null,
    appSecret: variables.META_APP_SECRET ?? null,
  };
}

function isUsableVersion(text: string): boolean {
  const version = /^v(\d{2})\.0$/.exec(text);
  return version !== null && Number(version[1]) >= OLDEST_VERSION;
}
