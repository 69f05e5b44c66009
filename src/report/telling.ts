import type { AccountRecord } from '../collector/outcome.js';
import type { Plan } from '../collector/plan.js';
import { openDaysWarning, type Window } from '../collector/window.js';
import { redact } from '../http/redact.js';
import type { Platform } from '../platforms/contract.js';
import type { AccountCounts, StoredAccount } from '../store/accounts.js';
import { bounded, oneLine } from '../text.js';
import { failureOf, reportOn } from './connection-report.js';
import type { ConnectionReport, OnEvent } from './events.js';
import { createTally, type Tally } from './tally.js';
import { versionWarning } from './version.js';

const MOST_WARNINGS = 1_000;

/** What a run reports, during the run and at its end. */
export interface Telling {
  readonly tally: Tally;
  /** Warns once for each message or, if `about` is given, once for what it names. */
  warn(message: string, about?: string): void;
  /** Does the same for a message that an account has caused, but only the first 1,000 times. */
  warnOfAccount(message: string, about?: string): void;
  /** Likewise for what an API as a whole does: there may be one for each account. */
  warnOfApi(message: string): void;
  /** Issues the warnings that concern a platform as a whole, once. */
  platform(platform: Platform): void;
  /** Counts the accounts with nothing due. */
  idle(counts: AccountCounts, platforms: ReadonlyMap<string, Platform>): void;
  /** Reports the result of an account; without a record, its due days. */
  account(account: StoredAccount, planned: Plan, record: AccountRecord | null): void;
}

export interface TellingOptions {
  readonly onEvent: OnEvent;
  readonly window: Window;
  readonly startedAt: Date;
  /** Redacted from every warning. */
  readonly secrets: readonly string[];
}

export function createTelling({ onEvent, window, startedAt, secrets }: TellingOptions): Telling {
  const tally = createTally();
  const warnedOf = new Set<string>();
  const platforms = new Set<Platform>();

  function warn(text: string, about?: string): boolean {
    const message = oneLine(redact(text, secrets));
    if (warnedOf.has(about ?? message)) return false;
    warnedOf.add(about ?? message);
    tally.warn(message);
    onEvent({ type: 'warning', message });
    return true;
  }

  function warningsAbout(what: string) {
    let issued = 0;
    return (message: string, about?: string): void => {
      if (issued === MOST_WARNINGS) warn(`further warnings about ${what} are left out`);
      else if (warn(message, about)) issued++;
    };
  }

  function tellOf(platform: Platform): void {
    if (platforms.has(platform)) return;
    platforms.add(platform);
    const warnings = [versionWarning(platform, startedAt), openDaysWarning(platform, window, startedAt)];
    for (const warning of warnings) if (warning !== null) warn(warning);
  }

  return {
    tally,
    warn,
    warnOfAccount: warningsAbout('accounts'),
    warnOfApi: warningsAbout('APIs'),
    platform: tellOf,
    idle({ idle, idleUsers }, known) {
      tally.addIdle(idle, idleUsers);
      for (const name of Object.keys(idle)) {
        const platform = known.get(name);
        if (platform !== undefined) tellOf(platform);
      }
    },
    account(account, planned, record) {
      const connection = countAccount(tally, account, planned, record, startedAt);
      const { userId, connectionId } = connection;
      onEvent({
        type: 'connection',
        connection: { ...connection, userId: bounded(userId), connectionId: bounded(connectionId) },
      });
    },
  };
}

/** Adds the result of an account to a tally. */
export function countAccount(
  tally: Tally,
  account: StoredAccount,
  planned: Plan,
  record: AccountRecord | null,
  now: Date,
): ConnectionReport {
  const connection = reportOn(account, planned, record, now);
  tally.add(connection, record && failureOf(account, record, connection, now), account.userAccounts);
  if (record?.notReached) tally.leave(record.notReached);
  return connection;
}
