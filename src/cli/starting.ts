import type { PreparedApp } from '../app.js';
import { isUnattended } from './unattended.js';

/**
 * Printed before an app is opened, because starting PostgreSQL takes seconds. A remote database usually answers at once, so only a
 * terminal gets a line about it. Null if nothing is printed, for example because there may be no database.
 */
export function startingText(
  { config }: Pick<PreparedApp, 'config'>,
  isTerminal: boolean = process.stderr.isTTY === true,
): string | null {
  if (config === null) return 'Starting the sandbox …';
  const { store } = config;
  if (store.kind !== 'embedded') {
    const name = store.kind === 'supabase' ? 'Supabase' : 'PostgreSQL';
    return isTerminal ? `Connecting to ${name} at ${new URL(store.url).hostname} …` : null;
  }
  return isUnattended() && !store.isNamed ? null : 'Starting an embedded PostgreSQL …';
}
