import type { ApiVersion } from '../platform.js';

/**
 * The versions of the Graph API in force, with the day until which each is available; v26.0 has none yet.
 * https://developers.facebook.com/docs/graph-api/changelog
 */
const ENDS: ReadonlyMap<string, string> = new Map([
  ['v21.0', '2027-01-21'],
  ['v22.0', '2027-05-20'],
  ['v23.0', '2027-10-08'],
  ['v24.0', '2028-02-18'],
  ['v25.0', '2028-07-29'],
]);

/** A version of the Graph API, as in a path: `v25.0`. */
export function graphVersion(name: string): ApiVersion {
  return { name, endsOn: ENDS.get(name) ?? null, variable: 'META_GRAPH_VERSION' };
}
