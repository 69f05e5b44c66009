import { z } from 'zod';
import type { HttpRequest } from '../../http/http.js';
import type { Platform } from '../contract.js';
import { profilePlatform } from '../shared/profile.js';
import { addressOf } from './address.js';
import { judgeMastodon } from './errors.js';
import { METRICS } from './metrics.js';

export interface MastodonSettings {
  /** A base address, without a trailing slash; null for each account's own server. */
  readonly apiUrl: string | null;
}

const account = z.looseObject({ display_name: z.string().nullish().catch(null) });

/** Mastodon's API, on many servers: https://docs.joinmastodon.org/methods/accounts/#lookup. */
export function mastodon({ apiUrl }: MastodonSettings): Platform {
  return profilePlatform({
    name: 'mastodon',
    api: 'mastodon_api',
    metrics: METRICS,
    version: { name: 'v1', endsOn: null, variable: null },
    // For each server, per IP address: https://docs.joinmastodon.org/api/rate-limits.
    pace: { mastodon: { perSecond: 1, overSeconds: 300 } },
    // As profiles show it. Names of users and servers are the same in upper case.
    accountIdOf(given) {
      const { user, server } = addressOf(given.replace(/^@/, ''));
      return `${user.toLowerCase()}@${server}`;
    },
    async profileOf({ accountId }, { http, now }) {
      const { server, request } = lookup(accountId, apiUrl);
      const found = await http.ask(request, (answer) => judgeMastodon(answer, server, now()));
      const { display_name, ...figures } = account.parse(found);
      return { name: display_name || null, figures: withoutHidden(figures) };
    },
  });
}

/**
 * Asks the account's own server for its user. Each server is an API of its own, and anyone may have chosen its name. A configured
 * server is asked for the whole address, since the account may be on another one.
 */
function lookup(accountId: string, apiUrl: string | null): { server: string; request: HttpRequest } {
  const { user, server } = addressOf(accountId);
  const at = (base: string, acct: string) => new URL(`${base}/api/v1/accounts/lookup?acct=${encodeURIComponent(acct)}`);
  const asked = { method: 'GET', headers: {} } as const;
  if (apiUrl !== null) {
    return { server: new URL(apiUrl).host, request: { ...asked, url: at(apiUrl, `${user}@${server}`) } };
  }
  return { server, request: { ...asked, url: at(`https://${server}`, user), api: server, publicOnly: true } };
}

/** A server that hides followers gives -1: app/serializers/rest/account_serializer.rb of github.com/mastodon/mastodon. */
function withoutHidden(figures: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== -1 && value !== '-1'));
}
