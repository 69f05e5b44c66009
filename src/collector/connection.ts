import { Interrupted, PlatformError } from '../errors.js';
import type { HttpClient } from '../http/client.js';
import { redact } from '../http/redact.js';
import type { Account, Platform, PlatformContext } from '../platforms/platform.js';
import type { StoredConnection } from '../store/store.js';
import type { Keyring } from '../tokens/keyring.js';
import { oneLine } from './one-line.js';
import { type DayRecord, recordDay, recordFailure, recordSkip } from './outcome.js';
import { type Plan, plan, type Window } from './plan.js';

/** How the days of a connection are planned whose platform nobody collects. */
const UNKNOWN_PLATFORM_DAY: Platform['day'] = { timeZone: 'UTC', settlesAfterHours: 0, lookbackDays: 730 };

/** What the connections of one run share. */
export interface RunContext {
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly keyring: Pick<Keyring, 'decrypt'>;
  readonly http: Pick<HttpClient, 'lane' | 'shut'>;
  readonly refused: PlatformContext['refused'];
  readonly warn: (message: string) => void;
  readonly window: Window;
  readonly refresh: boolean;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Struck out of everything an API says, as the connection's own tokens are. */
  readonly secrets: readonly string[];
}

/** The days due of one connection, from its ledger and the clock. */
export function planConnection(
  connection: StoredConnection,
  run: Pick<RunContext, 'platforms' | 'window' | 'refresh' | 'now'>,
): Plan {
  const day = run.platforms.get(connection.platform)?.day ?? UNKNOWN_PLATFORM_DAY;
  return plan({ day, window: run.window, ledger: connection.ledger, now: run.now(), refresh: run.refresh });
}

/**
 * Collects the planned days of one connection: exactly one record for each, whatever happens, but for days that an
 * interruption left unasked. Never throws: a failure stays with its connection.
 */
export async function collectConnection(
  connection: StoredConnection,
  planned: Plan,
  run: RunContext,
): Promise<DayRecord[]> {
  const secrets = [...run.secrets, connection.accessToken, connection.refreshToken];
  const clean = (text: string) => oneLine(redact(text, secrets));
  const records = planned.tooOld.map(({ date }) =>
    recordSkip(connection, date, `${connection.platform} does not answer for days that far back`),
  );

  if (connection.secondAccount) {
    const why = `second account: another ${connection.platform} connection of this user is collected`;
    run.warn(
      `user ${connection.userId} has more than one ${connection.platform} account; ${connection.accountId ?? connection.id} is skipped`,
    );
    return [...records, ...planned.due.map(({ date }) => recordSkip(connection, date, why))];
  }
  try {
    const platform = supportedPlatform(connection, run.platforms);
    const account = openAccount(connection, run.keyring);
    secrets.push(account.accessToken, account.refreshToken);
    const askedAt = run.now();
    const results = await platform.collect(account, planned.due, {
      http: run.http.lane(platform.name, connection.id),
      now: run.now,
      refused: { ...run.refused, add: (api, metric, why) => run.refused.add(api, metric, clean(why)) },
      closingDate: planned.closingDate,
      warn: (message) => run.warn(clean(message)),
    });
    for (const result of results) {
      if (result.kind === 'failed' && result.error.scope === 'platform') run.http.shut(platform.name, result.error);
      if (result.kind === 'skipped') run.warn(`${platform.name} connections are skipped: ${clean(result.why)}`);
    }
    for (const day of planned.due) {
      const result = results.find(({ date }) => date === day.date);
      if (result) records.push(recordDay({ connection, platform, day, result, askedAt, clean, warn: run.warn }));
      else if (!run.signal.aborted) records.push(recordFailure(connection, day.date, unanswered(platform), clean));
    }
  } catch (error) {
    if (error instanceof Interrupted) return records;
    const failure = error instanceof PlatformError ? error : unforeseen(error);
    if (failure.scope === 'platform') run.http.shut(connection.platform, failure);
    records.push(...planned.due.map(({ date }) => recordFailure(connection, date, failure, clean)));
  }
  return records;
}

function supportedPlatform(connection: StoredConnection, platforms: RunContext['platforms']): Platform {
  const platform = platforms.get(connection.platform);
  if (platform) return platform;
  throw new PlatformError(
    'unsupported_platform',
    `no collector for "${connection.platform}"; there is one for ${[...platforms.keys()].join(', ')}`,
  );
}

/** Decrypts a connection's tokens. What cannot be decrypted goes nowhere. Throws `PlatformError`. */
function openAccount(connection: StoredConnection, keyring: RunContext['keyring']): Account {
  const { accessToken, refreshToken, accountId, tokenExpiresAt } = connection;
  if (accessToken === null)
    throw new PlatformError('needs_reconnect', 'the connection holds no access token; connect the account again');
  if (accountId === null)
    throw new PlatformError('configuration', 'the connection names no account; set its account_id');
  const access = keyring.decrypt(accessToken);
  if (!access.ok) throw new PlatformError('undecryptable_token', access.why);
  if (!/^[\x21-\x7e]+$/.test(access.token)) {
    const why = 'the stored token holds a space, a line break or another character that no token has';
    throw new PlatformError('undecryptable_token', `${why}; connect the account again`);
  }
  const refresh = refreshToken === null ? null : keyring.decrypt(refreshToken);
  return {
    userId: connection.userId,
    connectionId: connection.id,
    accountId,
    accountName: connection.accountName,
    accessToken: access.token,
    refreshToken: refresh?.ok ? refresh.token : null,
    tokenExpiresAt: tokenExpiresAt === null ? null : new Date(tokenExpiresAt),
  };
}

function unanswered(platform: Platform): PlatformError {
  return new PlatformError('unexpected_response', `the ${platform.name} collector said nothing of this day`);
}

/** A defect, in a platform's code or ours: an outcome like any other, so that the night goes on. */
function unforeseen(error: unknown): PlatformError {
  return new PlatformError(
    'unexpected_response',
    `unforeseen error: ${error instanceof Error ? error.message : String(error)}`,
  );
}
