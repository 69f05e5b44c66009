import type { FailingConnection, RunRow } from '../store/store.js';

/** What `status` shows and `status --json` prints. */
export interface StatusReport {
  store: string;
  last_run: {
    run_id: string;
    scope: string;
    trigger: string;
    status: RunRow['status'];
    started_at: string;
    finished_at: string | null;
    /** Hours since it started. */
    age_hours: number;
    summary: unknown;
  } | null;
  platforms: PlatformStatus[];
}

export interface PlatformStatus {
  platform: string;
  /** The window looked at, in the platform's own days, ended ones only. */
  since: string;
  until: string;
  active_connections: number;
  connections_with_data: number;
  newest_day: string | null;
  days_missing: number;
  failing: (FailingConnection & { /** Nights since `failingSince`, that day counted. */ days: number })[];
}
