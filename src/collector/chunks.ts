import type { Platform } from '../platforms/platform.js';
import type { StoredAccount } from '../store/accounts.js';
import { collectAccount, type RunContext, withOutcomes } from './account.js';
import type { AccountRecord } from './outcome.js';
import type { Plan } from './plan.js';

/** Days of an account that are asked for and written at once: what a run that is killed repeats. */
const CHUNK_DAYS = 30;

/** Some of an account's days. */
export interface Chunk {
  readonly record: AccountRecord;
  /** After it there are none: its record tells how the account stands. */
  readonly isLast: boolean;
}

/** Collects an account's planned days, the newest first, in chunks that are written one by one. Never throws. */
export async function* collectInChunks(
  account: StoredAccount,
  platform: Platform,
  planned: Plan,
  run: RunContext,
): AsyncGenerator<Chunk> {
  const chunks = chunksOf(planned.due);
  let known = account;
  for (const [index, due] of chunks.entries()) {
    const isFirst = index === 0;
    const part = { due, tooOld: isFirst ? planned.tooOld : [], closingDate: isFirst ? planned.closingDate : null };
    const record = await collectAccount(known, platform, part, run);
    const rest = chunks.slice(index + 1).flat();
    const hasFailed = record.failedDates.length > 0;
    // What fails for an account as a whole fails for the rest of its days.
    const failedDates = hasFailed ? [...rest.map(({ date }) => date), ...record.failedDates].sort() : [];
    const isLast = hasFailed || rest.length === 0 || run.signal.aborted;
    yield { record: { ...record, failedDates, row: isLast ? record.row : null }, isLast };
    if (isLast) return;
    known = withOutcomes(known, record.days);
  }
}

/** The chunks of an account as one record again. */
export function joinedRecord(records: readonly AccountRecord[]): AccountRecord {
  const last = records.at(-1);
  return {
    row: last?.row ?? null,
    days: records.flatMap(({ days }) => days).sort((a, b) => a.outcome.date.localeCompare(b.outcome.date)),
    failedDates: records.flatMap(({ failedDates }) => failedDates),
    backlog: last?.backlog ?? 0,
  };
}

/** The newest days first; within a chunk they ascend. */
function chunksOf<T>(days: readonly T[]): (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let end = days.length; end > 0; end -= CHUNK_DAYS) chunks.push(days.slice(Math.max(0, end - CHUNK_DAYS), end));
  return chunks.length > 0 ? chunks : [[]];
}
