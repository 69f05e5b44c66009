import { CONNECT } from '../collector/connections.js';
import type { FailureReason } from '../errors.js';

const NEXT_RUN = 'Nothing: the next run tries again.';

/** What to do about accounts that fail for a reason, in a sentence; docs/troubleshooting.md says more. */
export const FIXES: Readonly<Record<FailureReason, string>> = {
  needs_reconnect: `Let the user connect the account again: ${CONNECT}.`,
  missing_permission:
    'Grant what the message names, and connect the account again; if the platform has suspended it, its owner can appeal there.',
  throttled: `${NEXT_RUN} If it persists, set a lower --rate or --concurrency, raise --max-wait, or ask the platform for a higher limit.`,
  quota_exhausted: `${NEXT_RUN} If it persists, ask the platform for a higher quota.`,
  platform_error: NEXT_RUN,
  timeout: NEXT_RUN,
  unexpected_response: 'Update analytics-collect; if it persists, report the message.',
  undecryptable_token:
    'Add the key that encrypted the token to ENCRYPTION_KEY, or connect the account again; `analytics-collect doctor` shows how many tokens the key decrypts.',
  configuration: 'Correct the setting that the message names.',
};

/** What to do about accounts without values that did not fail. */
export const OTHER_FIXES = {
  no_data: 'Check that the account is public and active; connect it again with full access.',
  not_reached: 'Nothing: the next run asks for the days. If there are no runs, check the schedule.',
} as const;
