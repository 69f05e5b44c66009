import { z } from 'zod';
import type { ApiVersion, NewerVersion } from '../version.js';

/**
 * The versions of the Graph API in force, with the day until which each is available. v26.0 (29 July 2026) and v27.0
 * (4 November 2026) have none yet; the default stays at the newest version whose answers are known.
 * https://developers.facebook.com/docs/graph-api/changelog
 */
const ENDS: ReadonlyMap<string, string | null> = new Map([
  ['v21.0', '2027-01-21'],
  ['v22.0', '2027-05-20'],
  ['v23.0', '2027-10-08'],
  ['v24.0', '2028-02-18'],
  ['v25.0', '2028-07-29'],
  ['v26.0', null],
  ['v27.0', null],
]);

/** A version of the Graph API at a base address, as in a path: `v25.0`. */
export function graphVersion(name: string, url: string): ApiVersion {
  return { name, endsOn: ENDS.get(name) ?? null, variable: 'META_GRAPH_VERSION', newer: newerThanKnown(url) };
}

const errorBody = z.object({ error: z.object({ message: z.string() }) });

/** Without a token, a version that exists demands one; of any other, its number is an unknown part of the path. */
function newerThanKnown(url: string): NewerVersion {
  const newest = Math.max(...[...ENDS.keys()].map((known) => Number(known.slice(1))));
  const name = `v${newest + 1}.0`;
  return {
    name,
    url: new URL(`${url}/${name}/me`),
    exists: ({ json }) => /access token/i.test(errorBody.safeParse(json).data?.error.message ?? ''),
  };
}
