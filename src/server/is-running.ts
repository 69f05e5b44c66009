import { MINUTE_MS } from '../clock.js';
import type { RunRow } from '../store/store.js';

/** As long as a lease is valid without a heartbeat. */
const LEASE_MS = 2 * MINUTE_MS;

/** Whether a run, of whichever process, is in progress; one that was killed still says so of itself. */
export function isRunning({ status, heartbeatAt }: Pick<RunRow, 'status' | 'heartbeatAt'>, now: Date): boolean {
  return status === 'running' && now.getTime() - Date.parse(heartbeatAt) < LEASE_MS;
}
