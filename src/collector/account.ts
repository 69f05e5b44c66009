import { Interrupted, PlatformError, RunLimit } from '../errors.js';
import { redact } from '../http/redact.js';
import { type Day, isNonEmpty, type NonEmpty, type Platform } from '../platforms/contract.js';
import type { StoredAccount, StoredConnection } from '../store/accounts.js';
import { oneLine } from '../text.js';
import { type Asked, askPlatform, type RunContext } from './ask.js';
import { addDays } from './day.js';
import { isDoubted } from './doubt.js';
import { nextDue } from './due.js';
import { withDays } from './expected.js';
import { type AccountRecord, type DayRecord, failuresOf, isGone, skippedDay, withoutPermission } from './outcome.js';
import type { Plan } from './plan.js';
import { progressOf } from './progress.js';
import { hasOnlyClosing } from './snapshots.js';

/**
 * Collects the planned days of one account, with exactly one outcome for each, except for days that an interruption or a limit of
 * the run left undone.
 * When a token is dead, the next connection of the same account is tried. Never throws: a failure affects only its account.
 */
export async function collectAccount(
  account: StoredAccount,
  platform: Platform,
  planned: Plan,
  run: RunContext,
): Promise<AccountRecord> {
  const secrets = [...run.secrets];
  const clean = (text: string) => oneLine(redact(text, secrets));
  const tooOld = planned.tooOld.map(({ date }) =>
    skippedDay(account, date, 'out_of_reach', `the ${account.platform} API does not go back that far`),
  );
  const notAsked: AccountRecord = {
    row: null,
    days: tooOld,
    closing: [],
    failedDates: [],
    skippedDates: [],
    backlog: progressOf(account, account.ledger, platform.day, run.now()).backlog,
  };
  const { due } = planned;
  if (!isNonEmpty(due)) return notAsked;
  let failure: { readonly connection: StoredConnection; readonly error: PlatformError } | null = null;
  for (const connection of account.connections) {
    secrets.push(...[connection.accessToken, connection.refreshToken].filter((token) => token !== null));
    try {
      const answer = await askPlatform(account, connection, platform, { ...planned, due }, { ...run, secrets }, clean);
      if (answer.notReached && answer.days.length === 0) return { ...notAsked, notReached: answer.notReached };
      const days = [...tooOld, ...answer.days];
      return recordOf(account, connection, platform, { ...answer, days }, run.now());
    } catch (thrown) {
      if (thrown instanceof Interrupted) break;
      const error = thrown instanceof PlatformError ? thrown : unexpected(thrown);
      // If several tokens are dead, report the newest, which is the one to repair.
      if (failure === null || !isDeadToken(error)) failure = { connection, error };
      if (!isDeadToken(error)) break;
    }
  }
  if (failure === null || run.signal.aborted) return notAsked;
  const { connection, error } = failure;
  const dates = datesOf(due);
  if (error instanceof RunLimit) return { ...notAsked, notReached: { dates, why: error.message } };
  const nothing = { days: tooOld, closing: [], onlyClosing: hasOnlyClosing(platform), access: null };
  const { row, ...record } = recordOf(account, connection, platform, nothing, run.now());
  const isSkipped = error.reason === 'missing_permission';
  return {
    ...record,
    row: row && { ...row, reason: error.reason, message: clean(error.message), reached: !isOfTheRun(error) },
    failedDates: isSkipped ? [] : dates,
    skippedDates: isSkipped ? dates : [],
  };
}

/** The record of an account that answered. It has failed, or lacks a permission, if one of its days does. */
function recordOf(
  account: StoredAccount,
  connection: StoredConnection,
  platform: Pick<Platform, 'day' | 'metrics'>,
  { days, closing, access, refusedClosing, ...left }: Asked,
  now: Date,
): AccountRecord {
  const [trouble = { reason: null, message: null }] = [...failuresOf(days), ...withoutPermission(days)];
  const after = withOutcomes(account, days);
  const stand = progressOf(after, after.ledger, platform.day, now);
  const closingDay = closingDayAfter(closing) ?? refusedClosing ?? account.closingDay;
  const row = {
    id: account.id,
    connectionId: connection.id,
    reason: trouble.reason,
    message: trouble.message,
    reached: left.notReached === undefined && days.some(({ outcome }) => !isHeldUp(outcome)),
    doneTo: stand.doneTo,
    doneToBefore: account.doneTo,
    closingDay,
    metrics: after.metrics,
    daysLost: stand.lost,
    closedTo: stand.closedTo,
    dueAt: nextDue({ ...after, doneTo: stand.doneTo, closingDay }, platform, now),
    access,
  };
  const held = new Set(days.flatMap(({ snapshots }) => snapshots));
  const beside = closing.filter((row) => !held.has(row));
  return { row, days, closing: beside, failedDates: [], skippedDates: [], ...left, backlog: stand.backlog };
}

function datesOf([first, ...others]: NonEmpty<Day>): NonEmpty<string> {
  return [first.date, ...others.map(({ date }) => date)];
}

/** Once a day has provisional figures, those of the day before are final. */
function closingDayAfter([figure]: AccountRecord['closing']): string | null {
  if (figure === undefined) return null;
  return figure.metadata.settled === true ? figure.date : addDays(figure.date, -1);
}

/** The account's state after some of its days were collected. */
export function withOutcomes(account: StoredAccount, days: readonly DayRecord[]): StoredAccount {
  const ledger = new Map(account.ledger.map((entry) => [entry.date, entry]));
  let { firstDay } = account;
  for (const { outcome } of days) {
    const { date, state, missing, figures } = outcome;
    const doubt = outcome.state === 'provisional' ? outcome.reason : null;
    const before = ledger.get(date);
    const isKept = before?.state === 'settled' || (isDoubted(before) && (state === 'failed' || state === 'skipped'));
    if (!isKept || state === 'settled')
      ledger.set(date, {
        date,
        state,
        missing,
        figures: figures === 'nothing' ? (before?.figures ?? figures) : figures,
        doubt,
        isGone: isGone(outcome),
      });
    if ((state === 'settled' || state === 'provisional') && (firstDay === null || date < firstDay)) firstDay = date;
  }
  const metrics = withDays(
    account.metrics,
    days.map(({ outcome, snapshots }) => ({
      date: outcome.date,
      metrics: snapshots.filter(({ metadata }) => metadata.period === 'day').map(({ metric }) => metric),
    })),
  );
  return { ...account, firstDay, ledger: [...ledger.values()], metrics };
}

/** A rate limit or quota: it says nothing about the account. */
function isHeldUp({ reason }: { readonly reason: string | null }): boolean {
  return reason === 'throttled' || reason === 'quota_exhausted';
}

function isOfTheRun(error: PlatformError): boolean {
  return error.scope === 'platform' || isHeldUp(error);
}

/** Another connection of the account may have a valid token. */
function isDeadToken({ reason }: PlatformError): boolean {
  return reason === 'needs_reconnect' || reason === 'undecryptable_token';
}

/** A bug, in a platform's code or ours, is recorded as an outcome, so that the run goes on. */
function unexpected(error: unknown): PlatformError {
  return new PlatformError(
    'unexpected_response',
    `unexpected error: ${error instanceof Error ? error.message : String(error)}`,
  );
}
