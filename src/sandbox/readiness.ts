import type { SandboxAccount } from './account.js';
import type { SandboxDay } from './days.js';
import type { World } from './world.js';

/** Whether the account's faults leave a day its data. */
export function hasData(day: SandboxDay, account: SandboxAccount, world: World): boolean {
  const { fault } = account;
  if (fault?.kind === 'late' && world.now() < day.end + fault.hours * 3_600_000) return !world.meets(account, 'late');
  if (fault?.kind === 'gap' && fault.date === day.date) return !world.meets(account, 'gap');
  return true;
}
