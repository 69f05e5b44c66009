import { baseAddress, loginAddress, loginSecret, type Values } from '../../setting.js';
import { appNumber } from '../meta/variables.js';
import type { ThreadsSettings } from './api.js';

/** What Threads reads from the environment. */
export const THREADS_VARIABLES = {
  THREADS_GRAPH_URL: baseAddress('https://graph.threads.net'),
  THREADS_LOGIN_URL: loginAddress('https://threads.net'),
  THREADS_APP_ID: appNumber().describe('the Threads app, for connect'),
  THREADS_APP_SECRET: loginSecret('0123456789abcdef').describe('its secret, for connect'),
};

export function threadsSettings(variables: Values<typeof THREADS_VARIABLES>): ThreadsSettings {
  return {
    url: variables.THREADS_GRAPH_URL,
    loginUrl: variables.THREADS_LOGIN_URL,
    appId: variables.THREADS_APP_ID ?? null,
    appSecret: variables.THREADS_APP_SECRET ?? null,
  };
}
