import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { type Fault, type FaultKind, SANDBOX_PLATFORMS } from '../../src/sandbox/account.js';
import type { SandboxOptions } from '../../src/sandbox/server.js';
import { trueReach, trueValue } from '../../src/sandbox/values.js';
import { EXPECTED, type Expectation, IMPOSSIBLE } from './accounts.js';
import { type Collected, type CollectedDay, checking, collecting } from './collecting.js';

const LAST_ENDED = '2026-11-21';

describe.each(SANDBOX_PLATFORMS)('%s', (platform) => {
  const expected = EXPECTED[platform];
  /** For a test of faults that not every platform can have. */
  const itWith = (...kinds: readonly FaultKind[]) =>
    it.skipIf(kinds.some((kind) => kind in (IMPOSSIBLE[platform] ?? {})));
  const { metrics = [], accountIdOf = (id: string) => id } = createPlatforms(loadConfig({})).get(platform) ?? {};

  async function withFault(fault: Fault, sandbox: Partial<SandboxOptions> = {}): Promise<Collected> {
    const collected = await collecting({ ...expected.account, fault }, { sandbox });
    expect(collected.sandbox.fired(expected.account.accountId, fault.kind)).toBeGreaterThan(0);
    return collected;
  }

  it('collects every metric of every ended day, with few requests and no token in a URL', async () => {
    const { days, warnings, requests, sandbox } = await collecting(expected.account);
    expectTruth(days, expected, expected.states);
    expect(warnings).toEqual([]);
    expect(requests.total).toBeLessThanOrEqual(expected.requests);
    expect(sandbox.counters).toMatchObject({ unexpected: 0, tokensInUrl: 0, pagingFollowed: 0 });
  });

  it('stores each metric as its table says, and nothing that is not in the table', async () => {
    const { days } = await collecting(expected.account);
    const stored = days.flatMap(({ metadata }) => Object.entries(metadata));
    const own = metrics.map(({ name }) => name).filter((name) => !expected.others?.includes(name));
    expect(new Set(stored.map(([metric]) => metric))).toEqual(new Set(own));
    for (const [metric, said] of stored) {
      const info = metrics.find(({ name }) => name === metric);
      expect(said).toMatchObject({ unit: info?.unit, aggregate: info?.aggregate, period: info?.period ?? 'day' });
      expect([said.alias_of, said.approximate]).toEqual([info?.aliasOf, info?.approximate]);
      expect(said).not.toHaveProperty('api_metric');
      if (info?.period !== undefined) expect(said.settled).toBe(true);
    }
  });

  it('reads an answer without data as pending, and as no_data once the day has settled', async () => {
    const { days } = await withFault({ kind: 'no_data' });
    expectTruth(days, expected, expected.states.replaceAll('provisional', 'pending').replaceAll('settled', 'no_data'));
  });

  it('checks in at most three requests whether a token opens the account', async () => {
    const { answer, requests, sandbox } = await checking(expected.account);
    await expect(answer).resolves.toHaveProperty('accountName');
    expect(requests.total).toBeLessThanOrEqual(3);
    expect(sandbox.counters.unexpected).toBe(0);
  });

  for (const [kind, reason] of [
    ['dead_token', 'needs_reconnect'],
    ['missing_permission', 'missing_permission'],
  ] as const) {
    itWith(kind)(`detects a ${kind} before the account is stored`, async () => {
      const { answer, sandbox } = await checking({ ...expected.account, fault: { kind } });
      await expect(answer).rejects.toMatchObject({ reason });
      expect(sandbox.fired(expected.account.accountId, kind)).toBeGreaterThan(0);
    });
  }

  it('keeps the account id as the platform spells it', () => {
    expect(accountIdOf(expected.account.accountId)).toBe(expected.account.accountId);
  });

  itWith('late')('leaves days that are not ready pending', async () => {
    const { hours, states } = expected.late ?? { hours: 0, states: '' };
    const { days } = await withFault({ kind: 'late', hours });
    expectTruth(days, expected, states);
  });

  it('collects the other metrics if one is refused, and warns once', async () => {
    const { metric, lost, warnings: count } = expected.refused;
    const { days, warnings } = await collecting(expected.account, { sandbox: { refusedMetrics: [metric] } });
    expectTruth(days, expected, expected.states, lost);
    expect(warnings).toHaveLength(count);
  });

  itWith('dead_token')('stops after the first request if the token is dead', async () => {
    const { days, requests } = await withFault({ kind: 'dead_token' });
    expectNothing(days, expected, 'failed needs_reconnect');
    expect(requests.total).toBeLessThanOrEqual(2);
  });

  it('skips the days after the first request if a permission is missing, and says what to grant', async () => {
    const { days, requests } = await withFault({ kind: 'missing_permission' });
    expectNothing(days, expected, 'skipped missing_permission');
    expect(days[0]?.message).toMatch(/connect .*(grant|allow|as an administrator)|remove the connection/);
    expect(requests.total).toBe(1);
  });

  it.each([
    ['HTML instead of JSON', 'html', 'unexpected_response'],
    ['truncated JSON', 'truncated_json', 'unexpected_response'],
    ['HTTP 200 with an error object', 'error_in_200', 'platform_error'],
  ] as const)('fails every day after %s, but recovers from a single one', async (_name, kind, reason) => {
    expectNothing((await withFault({ kind })).days, expected, `failed ${reason}`);
    const { days, requests } = await withFault({ kind, times: 1 });
    expectTruth(days, expected, expected.states);
    expect(requests.retried).toBe(1);
  });

  it.each(['unknown_fields', 'numbers_as_strings'] as const)('accepts %s', async (kind) => {
    const { days } = await withFault({ kind });
    expectTruth(days, expected, expected.states);
  });

  it('stores the available values if fields are missing, and invents none', async () => {
    const { days } = await withFault({ kind: 'missing_fields' });
    const stored = days.flatMap(({ values }) => Object.keys(values));
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.length).toBeLessThan(days.flatMap(({ date }) => Object.keys(truth(date, expected))).length);
    for (const { date, values } of days) expect(truth(date, expected)).toMatchObject(values);
  });

  it('fails the days whose numbers are words, and stores none of their values', async () => {
    const { days } = await withFault({ kind: 'wrong_types' });
    for (const { date, ended, values } of days) {
      const untouched = date === LAST_ENDED && !hasOnlyClosing(expected) ? expected.closing : {};
      expect(untouched).toMatchObject(values);
      if (hasData(ended)) expect(`${date} ${ended}`).toBe(`${date} failed unexpected_response`);
    }
    expect(days.map(({ ended }) => ended)).toContain('failed unexpected_response');
  });
});

/** All that is true of a day, under the names that are stored. */
function truth(date: string, { account, daily, closing, rolling }: Expectation): Record<string, number> {
  const { accountId } = account;
  const values = Object.entries(daily).map(([stored, name]) => [stored, trueValue(accountId, name, date)]);
  const reach = Object.entries(rolling).map(([stored, { of, days }]) => [stored, trueReach(accountId, of, date, days)]);
  const last = date === LAST_ENDED ? { ...closing, ...Object.fromEntries(reach) } : {};
  return { ...Object.fromEntries(values), ...last };
}

/** The days ended as they should, and their rows are the truth, the whole truth and nothing but the truth. */
function expectTruth(
  days: readonly CollectedDay[],
  expected: Expectation,
  states: string,
  lost: readonly string[] = [],
): void {
  expect(days.map(({ ended }) => ended).join(' ')).toBe(states);
  for (const { date, ended, values } of days) {
    const beside = date === LAST_ENDED && !hasOnlyClosing(expected) ? expected.closing : {};
    const all = hasData(ended) ? truth(date, expected) : beside;
    const absent = ended === 'provisional' ? [...lost, ...(expected.settledOnly ?? [])] : lost;
    expect(values).toEqual(Object.fromEntries(Object.entries(all).filter(([metric]) => !absent.includes(metric))));
  }
}

function expectNothing(days: readonly CollectedDay[], { states }: Expectation, ended: string): void {
  const asked = states.split(' ').length;
  expect(days.map((day) => day.ended)).toEqual(Array(asked).fill(ended));
  expect(days.map((day) => day.values)).toEqual(Array(asked).fill({}));
}

/** Its one day has them, or nothing. */
function hasOnlyClosing({ daily }: Expectation): boolean {
  return Object.keys(daily).length === 0;
}

function hasData(ended: string): boolean {
  return !['pending', 'no_data'].includes(ended);
}
