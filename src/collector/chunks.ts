import type { Platform } from '../platforms/contract.js';
import type { AccountRow, KnownAccess, SnapshotRow, StoredAccount } from '../store/accounts.js';
import { collectAccount, withOutcomes } from './account.js';
import type { RunContext } from './ask.js';
import { withDates } from './not-reached.js';
import { type AccountRecord, type DayFailure, failuresOf, withFailure } from './outcome.js';
import type { Plan } from './plan.js';

/** How many days of an account are requested and written at once; a killed run repeats at most these. */
const CHUNK_DAYS = { range: 90, day: 30 } as const;

/** Some of an account's days. */
export interface Chunk {
  readonly record: AccountRecord;
  /** Whether this is the last chunk, whose record holds the account's state. */
  readonly isLast: boolean;
}

/**
 * Collects an account's planned days, the newest first, in chunks that are written one by one. Yields nothing for an account that
 * was not asked before the run was interrupted. Never throws.
 */
export async function* collectInChunks(
  account: StoredAccount,
  platform: Platform,
  planned: Plan,
  run: RunContext,
): AsyncGenerator<Chunk> {
  const chunks = chunksOf(planned.due, CHUNK_DAYS[platform.day.asks]);
  const closing: SnapshotRow[] = [];
  let known = account;
  let isUntouched = true;
  let state: AccountRow | null = null;
  let access: KnownAccess | null = null;
  let failure: DayFailure | undefined;
  for (const [index, due] of chunks.entries()) {
    const part =
      index === 0
        ? { ...planned, due }
        : { ...planned, due, tooOld: [], backlog: 0, lastEndedDate: null, closing: null };
    const record = await collectAccount(known, platform, part, run);
    closing.push(...record.closing);
    const rest = chunks.slice(index + 1).flatMap((days) => days.map(({ date }) => date));
    // When the account as a whole fails or is skipped, so are the rest of its days.
    const withRest = (dates: readonly string[]) => (dates.length > 0 ? [...rest, ...dates].sort() : []);
    const failedDates = withRest(record.failedDates);
    const skippedDates = withRest(record.skippedDates);
    const left = record.notReached && withDates(record.notReached, rest);
    const isCut = failedDates.length + skippedDates.length > 0 || left !== undefined;
    const isLast = isCut || rest.length === 0 || run.signal.aborted;
    isUntouched &&= !isCut && record.days.length === 0;
    if (isLast && isUntouched) return;
    failure ??= failuresOf(record.days)[0];
    state = record.row ?? (left === undefined ? null : notReached(state));
    access = record.row?.access ?? access;
    const row = isLast && state !== null ? withFailure({ ...state, access }, failure) : null;
    const chunk = { ...record, row, closing: isLast ? closing : [], failedDates, skippedDates };
    yield { record: left ? { ...chunk, notReached: left } : chunk, isLast };
    if (isLast) return;
    known = {
      ...withOutcomes(known, record.days),
      closingDay: record.row?.closingDay ?? known.closingDay,
      access: access ?? known.access,
    };
  }
}

/** The state after the chunk before, which is that of an account whose next days were not reached. */
function notReached(before: AccountRow | null): AccountRow | null {
  return before && { ...before, reached: false };
}

/** The chunks of an account, joined into one record. */
export function joinedRecord(records: readonly AccountRecord[]): AccountRecord {
  const last = records.at(-1);
  const days = records.flatMap(({ days }) => days).sort((a, b) => a.outcome.date.localeCompare(b.outcome.date));
  return {
    row: last?.row ? withFailure(last.row, failuresOf(days)[0]) : null,
    days,
    closing: last?.closing ?? [],
    failedDates: last?.failedDates ?? [],
    skippedDates: last?.skippedDates ?? [],
    ...(last?.notReached && { notReached: last.notReached }),
    backlog: last?.backlog ?? 0,
    onlyClosing: last?.onlyClosing ?? false,
  };
}

/** The newest days first; ascending within a chunk. */
function chunksOf<T>(days: readonly T[], size: number): (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let end = days.length; end > 0; end -= size) chunks.push(days.slice(Math.max(0, end - size), end));
  return chunks.length > 0 ? chunks : [[]];
}
