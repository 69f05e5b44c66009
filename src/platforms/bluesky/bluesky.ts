import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { Platform } from '../contract.js';
import { profilePlatform } from '../shared/profile.js';
import { judgeBluesky } from './errors.js';
import { METRICS } from './metrics.js';

export interface BlueskySettings {
  /** A base address, without a trailing slash. */
  readonly apiUrl: string;
}

/** As https://atproto.com/specs/did and https://atproto.com/specs/handle spell them. */
const DID = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/;
const HANDLE = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

const profile = z.looseObject({ handle: z.string().nullish().catch(null) });

/** Bluesky's public API: https://docs.bsky.app/docs/api/app-bsky-actor-get-profile. */
export function bluesky({ apiUrl }: BlueskySettings): Platform {
  return profilePlatform({
    name: 'bluesky',
    api: 'bluesky_xrpc',
    metrics: METRICS,
    version: { name: 'app.bsky', endsOn: null, variable: null },
    // Its limits are not published ("generous"); this one applies to Bluesky's other hosts, per IP address:
    // https://docs.bsky.app/docs/advanced-guides/rate-limits.
    pace: { bluesky: { perSecond: 10, overSeconds: 300 } },
    // A handle as profiles show it, which is the same in upper case.
    accountIdOf: (given) => (DID.test(given) ? given : handleOf(given.replace(/^@/, '')).toLowerCase()),
    async profileOf({ accountId }, { http, now }) {
      if (!DID.test(accountId)) handleOf(accountId);
      const url = new URL(`${apiUrl}/xrpc/app.bsky.actor.getProfile?actor=${encodeURIComponent(accountId)}`);
      const found = await http.ask({ method: 'GET', url, headers: {} }, (answer) => judgeBluesky(answer, now()));
      const { handle = null, ...figures } = profile.parse(found);
      return { name: handle, figures };
    },
  });
}

/** Throws `PlatformError` for what cannot be one. */
function handleOf(accountId: string): string {
  if (HANDLE.test(accountId)) return accountId;
  throw new PlatformError(
    'configuration',
    'the account id is neither a handle (name.bsky.social, without @) nor a DID (did:plc:…); correct the account id',
    'connection',
  );
}
