import { MINUTE_MS } from '../clock.js';
import type { RunRow } from '../store/store.js';

/** How long a lease is valid without a heartbeat. */
const LEASE_MS = 2 * MINUTE_MS;

/** Whether a run of any process is in progress: the status of a killed run stays `running`. */
export function isRunning({ status, heartbeatAt }: Pick<RunRow, 'status' | 'heartbeatAt'>, now: Date): boolean {
  return status === 'running' && now.getTime() - Date.parse(heartbeatAt) < LEASE_MS;
}
