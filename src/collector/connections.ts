import { nearest } from '../edit-distance.js';
import { CollectError } from '../errors.js';
import type { AccountFilter, ConnectionCounts } from '../store/accounts.js';
import { userOf } from '../store/selection.js';
import type { Store } from '../store/store.js';

/** The command that connects an account. */
export const ADD_CONNECTION = 'analytics-collect connections add --user ID --platform NAME --account ID';

type Counts = Pick<Store, 'countConnections' | 'description'>;

/** More services than this are counted together. */
const MOST_SERVICES = 8;

/** Throws `CollectError` `usage` when no connection, active or not, is of the user. */
export async function expectKnownUser(store: Counts, userId: string): Promise<void> {
  const { services, neighbours } = await store.countConnections(userId);
  if (services.length > 0) return;
  const near = nearest(userId, neighbours, userId.length < 8 ? 1 : 2);
  throw new CollectError(
    'usage',
    `${store.description} has no connection of user ${JSON.stringify(userId)}.`,
    near === null ? 'See analytics-collect connections list.' : `The nearest known user is ${JSON.stringify(near)}.`,
  );
}

/**
 * Called when a run has no account: throws `CollectError` `no_connections`, unless it is a shard that no user falls into. `collected` are
 * the platforms that there are collectors for.
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
  const who = selection.kind === 'user' ? 'The user' : store.description;
  const wayOut = '--allow-empty lets a run without accounts pass.';
  if (isActive) {
    const theirs = listed(services.filter(isAsked), 'active');
    throw new CollectError(
      'no_connections',
      `${who} has no account to collect: its active connections (${theirs}) are of users who do not exist in the application's table of users.`,
      `Check that the settings name the right database, and remove connections of users who are gone; ${wayOut}`,
    );
  }
  const isNarrowed = platforms.length < collected.length && services.some(({ active }) => active > 0);
  throw new CollectError(
    'no_connections',
    `${who} has no active connection of ${either(platforms)}${elsewhere(services, isAsked)}.`,
    `${isNarrowed ? 'Leave --platform out' : 'Check that the settings name the right database'}, or connect an account with \`${ADD_CONNECTION}\`; ${wayOut}`,
  );
}

type Service = ConnectionCounts['services'][number];

/** What there is instead. */
function elsewhere(services: readonly Service[], isAsked: (service: Service) => boolean): string {
  if (services.length === 0) return ', nor of anything else';
  const parts = [
    { of: services.filter(isAsked), state: 'inactive', what: 'inactive' },
    { of: services.filter((service) => !isAsked(service)), state: 'active', what: 'of other services' },
    { of: services.filter((service) => !isAsked(service)), state: 'inactive', what: 'inactive, of other services' },
  ] as const;
  const told = parts
    .filter(({ of, state }) => sum(of, state) > 0)
    .map(({ of, state, what }) => `${what}: ${listed(of, state)}`);
  return `; ${told.join('; ')}`;
}

/** `google 3, wordpress 1` */
function listed(services: readonly Service[], state: 'active' | 'inactive'): string {
  const some = services.filter((service) => service[state] > 0).sort((one, other) => other[state] - one[state]);
  const named = some.slice(0, MOST_SERVICES).map((service) => `${service.service} ${service[state]}`);
  const rest = sum(some.slice(MOST_SERVICES), state);
  return [...named, ...(rest > 0 ? [`others ${rest}`] : [])].join(', ');
}

function sum(services: readonly Service[], state: 'active' | 'inactive'): number {
  return services.reduce((total, service) => total + service[state], 0);
}

function either(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
