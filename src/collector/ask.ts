import { PlatformError, StaleToken } from '../errors.js';
import type { HttpClient } from '../http/client.js';
import type {
  Account,
  Day,
  DayResult,
  NonEmpty,
  Platform,
  PlatformContext,
  RefusedMetrics,
} from '../platforms/contract.js';
import type { KnownAccess, StoredAccount, StoredConnection } from '../store/accounts.js';
import type { Keyring } from '../tokens/keyring.js';
import { askAccess } from './access.js';
import { recordClosing } from './closing.js';
import { figuresOf } from './doubt.js';
import { withDays } from './expected.js';
import { cutShort } from './not-reached.js';
import { openAccount } from './open-account.js';
import { type AccountRecord, failedDay, recordDay } from './outcome.js';
import type { Plan } from './plan.js';
import type { Refusals } from './refusals.js';
import { createRenewer, type RenewalSettings } from './renewal.js';
import { closingRows, hasOnlyClosing, isClosing, valuesOf, valuesOfTheDay } from './snapshots.js';
import { hasSettled } from './window.js';

/** What all accounts of a run share. */
export interface RunContext {
  readonly keyring: Pick<Keyring, 'decrypt'>;
  readonly renewal: RenewalSettings;
  readonly http: Pick<HttpClient, 'lane'>;
  readonly refusals: Pick<Refusals, 'of'>;
  readonly warn: PlatformContext['warn'];
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Redacted, like the account's own tokens, from everything an API says. */
  readonly secrets: readonly string[];
}

/** What the platform returned for one connection. */
export interface Asked extends Pick<AccountRecord, 'days' | 'closing' | 'notReached' | 'onlyClosing'> {
  /** The day whose closing figures the account was refused, all of them: no answer of this day's is expected any more. */
  readonly refusedClosing?: string | undefined;
  /** Null if nothing was learned. */
  readonly access: KnownAccess | null;
}

/** The days and closing figures that the platform returned for one connection. Throws `PlatformError` when the account as a whole failed, and `Interrupted`. */
export async function askPlatform(
  stored: StoredAccount,
  connection: StoredConnection,
  platform: Platform,
  planned: Plan & { readonly due: NonEmpty<Day> },
  run: RunContext & { readonly secrets: string[] },
  clean: (text: string) => string,
): Promise<Asked> {
  const keep = (account: Account): Account => {
    run.secrets.push(account.accessToken, ...(account.refreshToken === null ? [] : [account.refreshToken]));
    return account;
  };
  const opened = keep(openAccount(stored, connection, run.keyring, platform));
  const askedAt = run.now();
  const { names, ...refused } = noted(run.refusals.of(stored.id, clean));
  const context: PlatformContext = {
    http: run.http.lane(platform.name, String(stored.id)),
    now: run.now,
    refused,
    lastEndedDate: planned.lastEndedDate,
    wantsClosing: planned.closing !== null,
    provisional: provisionalDates(planned, platform, askedAt),
    warn: (message, about) => run.warn(clean(message), about),
  };
  const renewer = createRenewer(run.renewal, connection, platform, context);
  let account = keep(await renewer.prepare(opened));
  const answer = await platform.collect(account, planned.due, context).catch(async (error) => {
    const other = error instanceof StaleToken ? await renewer.replace(account) : null;
    if (other === null) throw error;
    account = keep(other);
    return platform.collect(account, planned.due, context);
  });
  const access = await askAccess(stored, connection, platform, account, context);
  const notReached = cutShort(answer.days);
  const isCut = (date: string) => notReached?.dates.includes(date) === true;
  const reached = answer.days.filter(({ date }) => !isCut(date));
  const results = new Map(reached.map((result) => [result.date, result]));
  const answered = reached.map((result) => answeredOf(result, platform));
  const known = { ...stored, metrics: withDays(stored.metrics, answered) };
  const asked = { account: known, platform, answers: answered, askedAt, warn: run.warn };
  const { closing: filedUnder } = planned;
  const closing = filedUnder === null ? [] : closingRows({ ...asked, day: filedUnder }, answer.closing);
  const { onlyClosing = hasOnlyClosing(platform) } = answer;
  const days = planned.due.flatMap((day) => {
    const result = results.get(day.date);
    if (result?.kind === 'no_data' && onlyClosing)
      return [recordClosing({ ...asked, day, filed: day.date === filedUnder?.date ? closing : null })];
    if (result) return [recordDay({ ...asked, day, result, clean })];
    return run.signal.aborted || isCut(day.date) ? [] : [failedDay(stored, day.date, unanswered(platform), clean)];
  });
  // Of such an account, the day under way has an outcome as soon as it has figures.
  const isUnderWay = filedUnder !== null && planned.due.every(({ date }) => date !== filedUnder.date);
  if (onlyClosing && isUnderWay && closing.length > 0)
    days.push(recordClosing({ ...asked, day: filedUnder, filed: closing }));
  const refusedClosing = isClosingRefused(platform, names) ? filedUnder?.date : undefined;
  return { days, closing, onlyClosing, refusedClosing, access, ...(notReached && { notReached }) };
}

/** The days that are provisional whatever the answer, and asked for again. */
function provisionalDates({ due, asksAgain }: Plan, { day }: Pick<Platform, 'day'>, askedAt: Date): Set<string> {
  const provisional = asksAgain ? due.filter((date) => !hasSettled(date, day.settlesAfterHours, askedAt)) : [];
  return new Set(provisional.map(({ date }) => date));
}

/** Notes the names of metrics that are refused. */
function noted(refused: RefusedMetrics): RefusedMetrics & { readonly names: ReadonlySet<string> } {
  const names = new Set<string>();
  return {
    names,
    accept: refused.accept,
    has(api, metric) {
      const isRefused = refused.has(api, metric);
      if (isRefused) names.add(metric);
      return isRefused;
    },
    add(api, metric, why) {
      names.add(metric);
      refused.add(api, metric, why);
    },
  };
}

function isClosingRefused({ metrics }: Pick<Platform, 'metrics'>, refused: ReadonlySet<string>): boolean {
  const closing = metrics.filter(isClosing);
  return closing.length > 0 && closing.every(({ name, apiName = name }) => refused.has(apiName));
}

/** The day's own metrics in an answer, and whether their values are all zero. */
function answeredOf(result: DayResult, platform: Pick<Platform, 'metrics'>) {
  const values = valuesOfTheDay(valuesOf(result), platform);
  return { date: result.date, metrics: values.map(({ info }) => info.name), figures: figuresOf(values) };
}

function unanswered(platform: Platform): PlatformError {
  return new PlatformError('unexpected_response', `the ${platform.name} collector returned no result for this day`);
}
