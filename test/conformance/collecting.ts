import { afterEach } from 'vitest';
import { collectAccount } from '../../src/collector/account.js';
import { DEFAULTS } from '../../src/collector/options.js';
import { planAccount } from '../../src/collector/plan.js';
import { createRefusals } from '../../src/collector/refusals.js';
import { loadConfig } from '../../src/config.js';
import { createHttp } from '../../src/http/client.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.js';
import type { SnapshotRow } from '../../src/store/accounts.js';
import type { Environment } from '../../src/variables.js';
import { storedAccount } from '../support/accounts.js';
import { hastyClock } from '../support/clock.js';
import { RENEWAL } from '../support/renewal.js';
import { NOON } from './accounts.js';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

export interface CollectedDay {
  readonly date: string;
  /** `settled`, or `failed needs_reconnect` with the reason. */
  readonly ended: string;
  readonly message: string | null;
  /** The day's rows by metric. */
  readonly values: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Collected {
  readonly days: readonly CollectedDay[];
  readonly warnings: readonly string[];
  readonly requests: { readonly total: number; readonly retried: number };
  readonly sandbox: Sandbox;
}

export interface CollectingOptions {
  readonly sandbox?: Partial<SandboxOptions>;
  /** Over the sandbox's addresses and its app. */
  readonly environment?: Environment;
  readonly tokenExpiresAt?: string;
}

/** Collects an account's last days from the sandbox, over real HTTP, up to the rows and outcomes that would be stored. */
export async function collecting(account: SandboxAccount, options: CollectingOptions = {}): Promise<Collected> {
  const { sandbox, platforms, http, requests, now, signal } = await connected(account, options);
  const warnings: string[] = [];
  const warn = (message: string) => void (warnings.includes(message) || warnings.push(message));
  const run = {
    http,
    platforms,
    warn,
    now,
    signal,
    secrets: [],
    keyring: { decrypt: (token: string) => ({ ok: true, token }) as const },
    renewal: RENEWAL,
    refusals: createRefusals(warn),
  };
  const stored = storedAccount({
    userId: account.userId,
    platform: account.platform,
    accountId: account.connectedAs ?? account.accountId,
    accountName: account.name,
    connections: [
      {
        id: 'c1',
        accessToken: account.accessToken,
        refreshToken: account.refreshToken ?? null,
        tokenExpiresAt: options.tokenExpiresAt ?? account.tokenExpiresAt ?? null,
      },
    ],
  });
  const platform = platforms.get(account.platform);
  if (platform === undefined) throw new Error(`no platform ${account.platform}`);
  const record = await collectAccount(stored, platform, planAccount(stored, platform, DEFAULTS, run.now()), run);
  run.refusals.end();
  const single = record.days.map(({ outcome, snapshots }) => ({
    date: outcome.date,
    ended: ['failed', 'skipped'].includes(outcome.state) ? `${outcome.state} ${outcome.reason}` : outcome.state,
    message: outcome.message,
    ...byMetric(snapshots),
  }));
  const whole = (state: string, dates: readonly string[]) =>
    dates.map((date) => ({
      date,
      ended: `${state} ${record.row?.reason}`,
      message: record.row?.message ?? null,
      values: {},
      metadata: {},
    }));
  const days = [...single, ...whole('failed', record.failedDates), ...whole('skipped', record.skippedDates)].sort(
    (a, b) => a.date.localeCompare(b.date),
  );
  return { days: days.map((day) => withRows(day, record.closing)), warnings, requests, sandbox };
}

function byMetric(snapshots: readonly SnapshotRow[]): Pick<CollectedDay, 'values' | 'metadata'> {
  return {
    values: Object.fromEntries(snapshots.map(({ metric, value }) => [metric, value])),
    metadata: Object.fromEntries(snapshots.map(({ metric, metadata }) => [metric, metadata])),
  };
}

/** A day with those of the rows that are filed under it. */
function withRows(day: CollectedDay, rows: readonly SnapshotRow[]): CollectedDay {
  const { values, metadata } = byMetric(rows.filter(({ date }) => date === day.date));
  return { ...day, values: { ...day.values, ...values }, metadata: { ...day.metadata, ...metadata } };
}

/** Asks the platform in the sandbox whether the account's token opens it. */
export async function checking(account: SandboxAccount) {
  const { sandbox, platforms, http, requests, now } = await connected(account);
  const tokens = {
    connectionId: 'new',
    accountName: null,
    tokenExpiresAt: null,
    refreshToken: account.refreshToken ?? null,
    userId: account.userId,
    accountId: account.accountId,
    accessToken: account.accessToken,
  };
  return {
    answer: platforms
      .get(account.platform)
      ?.check(tokens, { http: http.lane(account.platform, 'new'), now, warn: () => undefined }),
    requests,
    sandbox,
  };
}

async function connected(account: SandboxAccount, options: CollectingOptions = {}) {
  const now = () => NOON;
  const sandbox = await startSandbox({ accounts: [account], now, record: true, ...options.sandbox });
  const signal = new AbortController().signal;
  const requests = { total: 0, retried: 0 };
  const http = createHttp({
    concurrency: 8,
    signal,
    counters: requests,
    clock: hastyClock(now),
    warn: () => undefined,
    limits: { maxRequests: 1_000, maxDurationMs: 3_600_000, maxWaitMs: 60_000 },
  });
  closers.push(() => sandbox.close(), http.close);
  const platforms = createPlatforms(loadConfig({ ...sandbox.urls, ...SANDBOX_CREDENTIALS, ...options.environment }));
  return { sandbox, platforms, http, requests, now, signal };
}
