import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../src/collector/options.js';
import type { Fault, SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { openEmbeddedStore } from '../../src/store/drivers/embedded.js';
import { openPostgresStore } from '../../src/store/drivers/postgres.js';
import type { Store } from '../../src/store/store.js';
import { collectJson } from '../e2e/support/cli.js';
import type { Database } from '../e2e/support/databases.js';
import { storedRows, trueRows } from '../e2e/support/truth.js';
import { hastyClock } from '../support/clock.js';
import { expectCountsAddUp } from '../support/summary.js';
import { collectHere, connectedDatabase, DATE, outcomes, PLATFORMS, proxiedSandbox, truthOf } from './support.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

/** Long enough for a busy machine to answer in. */
const SHORT_TIMEOUT_MS = 1_500;

/** A run in this process, without the waits between attempts. */
async function runHere(database: Database, env: Readonly<Record<string, string>>, options = {}) {
  const store: Store = database.env.DATABASE_URL
    ? await openPostgresStore(database.env.DATABASE_URL)
    : await openEmbeddedStore({ dataDir: database.env.ANALYTICS_DATA_DIR ?? '' });
  try {
    const summary = await collectHere(
      store,
      { ...database.env, ...env },
      { concurrency: 4, clock: hastyClock(), ...options },
    );
    expectCountsAddUp(summary);
    return summary;
  } finally {
    await store.close();
  }
}

/** Twenty accounts a platform, the first of which meets a fault. */
async function world(platform: SandboxPlatform, fault: Fault) {
  const accounts = population({ users: 20, platforms: PLATFORMS });
  const broken = accounts.findIndex((account) => account.platform === platform);
  const withFault = accounts.map(
    (account, index): SandboxAccount => (index === broken ? { ...account, fault } : account),
  );
  const [sandbox, database] = await Promise.all([startSandbox({ accounts: withFault }), connectedDatabase(accounts)]);
  cleanups.push(sandbox.close, database.close);
  const truth = (platforms: readonly string[]) =>
    trueRows(
      accounts.filter((account) => platforms.includes(account.platform)),
      [DATE],
    );
  return { sandbox, database, env: sandbox.environment, truth };
}

const others = (platform: SandboxPlatform) => PLATFORMS.filter((other) => other !== platform);

describe.concurrent('a platform that', () => {
  it.each(PLATFORMS)('accepts every request and never answers fails alone: %s', async (platform) => {
    const [sandbox, database] = await Promise.all([proxiedSandbox(), connectedDatabase()]);
    cleanups.push(sandbox.close, database.close);
    await sandbox.begin([platform], 'stall');
    await runHere(database, sandbox.env, { answerTimeoutMs: SHORT_TIMEOUT_MS });
    expect(await outcomes(database)).toMatchObject({ [platform]: 'failed timeout' });
    expect(sandbox.proxies[platform].fired()).toBe(8);
    expect(await storedRows(database)).toEqual(truthOf(others(platform)));
    await sandbox.end();
    await runHere(database, sandbox.env);
    expect(await storedRows(database)).toEqual(truthOf(PLATFORMS));
  });

  it.each([
    ['youtube', 'youtube-analytics', 'YouTube Analytics API', 12],
    // The two other statistics of each page have quotas of their own.
    ['linkedin', 'linkedin', 'LinkedIn organizationPageStatistics', 12 + 2 * 20],
  ] as const)('has used up its daily quota is not asked again: %s', async (platform, api, name, most) => {
    const { sandbox, database, env, truth } = await world(platform, { kind: 'throttled', window: 'DAY', times: 1 });
    const summary = await runHere(database, env);
    // What was under way when the answer came is up to four accounts' first requests.
    expect(sandbox.counters.byApi[api]).toBeLessThanOrEqual(most);
    expect(summary.platforms[platform]?.failed).toBeGreaterThanOrEqual(16);
    expect(summary.failures.every(({ reason }) => reason === 'quota_exhausted')).toBe(true);
    // Besides what others under way do without.
    expect(summary.warnings).toContainEqual(expect.stringContaining(`${name} is skipped for the rest of this run`));
    const rows = await storedRows(database);
    expect(truth(others(platform)).filter((row) => !rows.includes(row))).toEqual([]);
    expect(await runHere(database, env)).toMatchObject({ status: 'completed' });
    expect(await storedRows(database)).toEqual(truth(PLATFORMS));
  });

  it('asks one account for a longer rest than allowed gets no more requests for it, but for others', async () => {
    const { sandbox, database, env, truth } = await world('instagram', { kind: 'throttled', code: 80002 });
    const summary = await runHere(database, env);
    expect(summary.failures).toMatchObject([{ platform: 'instagram', reason: 'throttled' }]);
    const [first] = population({ users: 1, platforms: ['instagram'] });
    expect(sandbox.fired(first?.accountId ?? '', 'throttled')).toBe(1);
    const rows = await storedRows(database);
    expect(truth(others('instagram')).filter((row) => !rows.includes(row))).toEqual([]);
  });

  it('is down is skipped after three accounts, without affecting others', async () => {
    const accounts = population({ users: 20, platforms: ['facebook', 'linkedin'] });
    const [sandbox, database] = await Promise.all([proxiedSandbox({ accounts }), connectedDatabase(accounts)]);
    cleanups.push(sandbox.close, database.close);
    await sandbox.begin(['facebook'], 'reset');
    const summary = await runHere(database, sandbox.env);
    // Four attempts for each of the three, and no more for those under way beside the third.
    expect(sandbox.proxies.facebook.fired()).toBeGreaterThanOrEqual(12);
    expect(sandbox.proxies.facebook.fired()).toBeLessThanOrEqual(24);
    expect(summary).toMatchObject({ connections: { succeeded: 20, failed: 20 } });
    expect(summary.warnings).toEqual([expect.stringContaining('Facebook Graph API is down')]);
    await sandbox.end();
    expect(await runHere(database, sandbox.env)).toMatchObject({ status: 'completed', days: { planned: 20 } });
    expect(await storedRows(database)).toEqual(trueRows(accounts, [DATE]));
  });
});

describe.concurrent('a run', () => {
  it('sends at most the allowed requests, including retries, and the next run does the rest', async () => {
    const { sandbox, database, env, truth } = await world('facebook', { kind: 'server_error', times: 1 });
    const all = { ...database.env, ...env };
    const summary = await collectJson(['--date', DATE, '--max-requests', '50', '--concurrency', '4'], {
      env: all,
      code: 0,
    });
    expectCountsAddUp(summary);
    expect([summary.requests.total, sandbox.counters.requests]).toEqual([50, 50]);
    expect(summary.warnings).toEqual([
      expect.stringMatching(/--max-requests.*: \d+ days of \d+ accounts were not reached/),
    ]);
    expect(summary).toMatchObject({ status: 'completed', failures: [] });
    expect(summary.days.not_reached).toBeGreaterThan(0);
    await collectJson(['--date', DATE], { env: all, code: 0 });
    expect(await storedRows(database)).toEqual(truth(PLATFORMS));
  });

  it('does not exceed its time limit', async () => {
    const { database, env, truth } = await world('facebook', { kind: 'server_error', times: 1 });
    const limits = { ...DEFAULTS.limits, maxDurationMs: 1 };
    const summary = await runHere(database, env, { limits, concurrency: 1 });
    expect(summary.warnings).toEqual([expect.stringContaining('--max-duration')]);
    expect(summary).toMatchObject({ status: 'completed', failures: [] });
    expect(summary.days.not_reached).toBeGreaterThan(0);
    await runHere(database, env);
    expect(await storedRows(database)).toEqual(truth(PLATFORMS));
  });
});
