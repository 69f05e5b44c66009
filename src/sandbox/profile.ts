import type { SandboxAccount } from './account.js';
import type { World } from './world.js';

/** A profile's counts, without those that its platform no longer gives, or that the account's fault takes away. */
export function withoutRefused(
  account: SandboxAccount,
  world: World,
  counts: Readonly<Record<string, number>>,
): Record<string, number> {
  if (world.meets(account, 'no_data')) return {};
  const given = Object.entries(counts).filter(([name]) => !world.refuses(account, name));
  return Object.fromEntries(world.meets(account, 'missing_fields') ? given.slice(1) : given);
}
