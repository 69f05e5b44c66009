import { nearest } from '../edit-distance.js';
import { CollectError } from '../errors.js';
import type { Platform } from '../platforms/contract.js';
import type { AccountFilter } from '../store/accounts.js';
import { userOf } from '../store/selection.js';
import type { ConnectionCounts, Store } from '../store/store.js';
import { bounded, capitalized, formatNumber, joinWords } from '../text.js';

/** The command that connects accounts in a browser. For a platform without a consent, it names `connections add`. */
export const CONNECT = 'analytics-collect connect PLATFORM --user ID';

/** The command that connects an account, or connects it again. The values are words of a shell. */
export function connectCommand(
  { name, consent }: Pick<Platform, 'name' | 'consent'>,
  { user, account }: { readonly user: string; readonly account: string },
): string {
  return consent === undefined
    ? `analytics-collect connections add --user ${user} --platform ${name} --account ${account}`
    : `analytics-collect connect ${name} --user ${user} --account ${account}`;
}

type Counts = Pick<Store, 'countConnections' | 'description'>;

/** Any further services are counted together. */
const MOST_SERVICES = 8;

/** Throws `CollectError` `usage` if the user has no connection, active or not. */
export async function expectKnownUser(store: Counts, userId: string): Promise<void> {
  const { services, neighbours } = await store.countConnections(userId);
  if (services.length > 0) return;
  const near = nearest(userId, neighbours, userId.length < 8 ? 1 : 2);
  throw new CollectError(
    'usage',
    `${capitalized(store.description)} has no connections for user ${JSON.stringify(userId)}.`,
    near === null ? 'See analytics-collect connections list.' : `Did you mean ${JSON.stringify(near)}?`,
  );
}

/**
 * Called when a run has no accounts: throws `CollectError` `no_connections`, unless the run is for a shard without users. `collected`
 * are the platforms that have collectors.
 */
export async function expectAccounts(
  store: Counts,
  { selection, platforms }: AccountFilter,
  collected: readonly string[],
): Promise<void> {
  const { services } = await store.countConnections(userOf(selection));
  const isAsked = ({ service }: Service) => platforms.includes(service);
  const isActive = services.some((service) => isAsked(service) && service.active > 0);
  if (isActive && selection.kind === 'shard') return;
  const [who, pronoun] =
    selection.kind === 'user' ? ['The user', 'they have'] : [capitalized(store.description), 'it has'];
  const wayOut = '--allow-empty lets a run without accounts succeed.';
  if (isActive) {
    const theirs = joinWords(listed(services.filter(isAsked), 'active'));
    throw new CollectError(
      'no_connections',
      `${who} has no account to collect: the active connections (${theirs}) belong to users who are missing from the application's users table.`,
      `Check that the settings name the right database, and remove the connections of deleted users; ${wayOut}`,
    );
  }
  const isUnknown = ({ service, active }: Service) => active > 0 && !collected.includes(service);
  const plugin = services.some(isUnknown) ? ', load a platform of your own with --plugin FILE' : '';
  const isNarrowed = platforms.length < collected.length && services.some(({ active }) => active > 0);
  throw new CollectError(
    'no_connections',
    services.length === 0
      ? `${who} has no connections at all.`
      : `${who} has no active ${joinWords(platforms, 'or')} connections; ${pronoun} ${others(services, isAsked)}.`,
    `${isNarrowed ? 'Leave out --platform' : 'Check that the settings name the right database'}${plugin}, or connect an account with \`${CONNECT}\`; ${wayOut}`,
  );
}

type Service = ConnectionCounts['services'][number];

/** The connections that exist instead: `2 inactive instagram, 3 google and 1 wordpress connection` */
function others(services: readonly Service[], isAsked: (service: Service) => boolean): string {
  const found = [
    ...listed(services.filter(isAsked), 'inactive'),
    ...listed(
      services.filter((service) => !isAsked(service)),
      'active',
    ),
    ...listed(
      services.filter((service) => !isAsked(service)),
      'inactive',
    ),
  ];
  const noun = found.at(-1)?.startsWith('1 ') ? 'connection' : 'connections';
  return `${joinWords(found)} ${noun}`;
}

/** `3 google`, `1 wordpress`: the most frequent first. */
function listed(services: readonly Service[], state: 'active' | 'inactive'): string[] {
  const prefix = state === 'active' ? '' : 'inactive ';
  const some = services.filter((service) => service[state] > 0).sort((one, other) => other[state] - one[state]);
  const named = some
    .slice(0, MOST_SERVICES)
    .map((service) => `${formatNumber(service[state])} ${prefix}${bounded(service.service)}`);
  const rest = some.slice(MOST_SERVICES).reduce((total, service) => total + service[state], 0);
  return rest > 0 ? [...named, `${formatNumber(rest)} ${prefix}other`] : named;
}
