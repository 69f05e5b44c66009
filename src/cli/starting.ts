import type { PreparedApp } from '../app.js';
import { isUnattended } from './unattended.js';

/**
 * Printed before an app is opened, because starting PostgreSQL takes seconds. Null when an external database is opened, or possibly
 * none.
 */
export function startingText({ config }: Pick<PreparedApp, 'config'>): string | null {
  if (config === null) return 'Starting the sandbox …';
  if (config.store.kind !== 'embedded' || (isUnattended() && !config.store.isNamed)) return null;
  return 'Starting an embedded PostgreSQL …';
}
