import { afterEach, describe, expect, it } from 'vitest';
import { nextDue } from '../../src/collector/due.js';
import { RowRefused } from '../../src/errors.js';
import type { LedgerEntry } from '../../src/store/accounts.js';
import type { Store } from '../../src/store/store.js';
import { ledgerEntry } from '../support/accounts.js';
import { type Model, modelOf, worldOf } from '../support/model.js';
import type { World } from '../support/world.js';

/** 18:00 on 2026-11-21 in Los Angeles; 2026-11-20 has ended there. */
const NOW = new Date('2026-11-22T02:00:00Z');
const platform = {
  day: { timeZone: 'America/Los_Angeles', reachDays: 90, asks: 'day' },
  metrics: [{ name: 'views', unit: 'count', aggregate: 'sum', meaning: 'Times shown' }],
} as const;
const WINDOW = ['14', '15', '16', '17', '18', '19', '20'].map((day) => `2026-11-${day}`);

function due(differing: Readonly<Record<string, LedgerEntry>> = {}, settlesAfterHours = 48): string | null {
  const ledger = WINDOW.map((date) => differing[date] ?? ledgerEntry(date, 'settled'));
  const account = { id: 1, firstDay: '2026-11-14', doneTo: '2026-11-13', closingDay: null, metrics: {}, ledger };
  const asked = { ...platform, day: { ...platform.day, settlesAfterHours } };
  return nextDue(account, asked, NOW)?.toISOString() ?? null;
}

describe('an account is next due', () => {
  it('when its current day ends, if all days are settled', () => {
    expect(due()).toBe('2026-11-22T08:00:00.000Z');
  });

  it('when a provisional day settles, if that comes first', () => {
    expect(due({ '2026-11-19': ledgerEntry('2026-11-19', 'provisional') })).toBe('2026-11-22T08:00:00.000Z');
    expect(due({ '2026-11-20': ledgerEntry('2026-11-20', 'provisional') }, 20)).toBe('2026-11-22T04:00:00.000Z');
  });

  it.each(['pending', 'failed', 'skipped', 'no_data'] as const)('now, if a day is %s', (state) => {
    expect(due({ '2026-11-20': ledgerEntry('2026-11-20', state) })).toBeNull();
  });
});

describe('a run', () => {
  let world: World;
  let model: Model;
  let read: string[];
  afterEach(() => world?.close());

  async function start(ids: readonly string[]): Promise<void> {
    model = modelOf('facebook', { asks: 'range' });
    read = [];
    const between = (store: Store): Store => ({
      ...store,
      async openAccounts(request) {
        const opened = await store.openAccounts(request);
        read.push(...opened.first.map(({ accountId }) => accountId ?? ''));
        return opened;
      },
    });
    world = await worldOf(model, NOW, ids, { between });
    await world.collect();
  }

  it('reads only the accounts with something due, and counts the others among those that succeeded', async () => {
    await start(['1', '2', '3']);
    model.says = (_date, id) => ({ values: id === '2' ? {} : { views: 5 } });
    world.now = new Date(world.now.getTime() + 86_400_000);
    await world.collect();
    read.length = 0;
    const again = await world.collect();
    expect(read).toEqual(['2']);
    expect(again).toMatchObject({
      connections: { total: 3, succeeded: 3, failed: 0 },
      users: { total: 3, succeeded: 3 },
      platforms: { facebook: { connections: 3, succeeded: 3 } },
    });
  });

  it('reads an account again although a clock that was ahead has put off when it is due', async () => {
    await start(['1']);
    world.now = new Date('2027-11-22T02:00:00Z');
    await world.collect();
    world.now = new Date('2026-11-23T02:00:00Z');
    read.length = 0;
    await world.collect();
    expect(read).toEqual(['1']);
  });

  it('asks again at once for a day that the database has refused in an early part of a backfill', async () => {
    let refuses = true;
    const between = (store: Store): Store => ({
      ...store,
      record(batch) {
        const isRefused = refuses && batch.snapshots.some(({ date }) => date === '2026-11-15');
        if (isRefused) throw new RowRefused('refused', '');
        return store.record(batch);
      },
    });
    model = modelOf('instagram', { asks: 'day' });
    world = await worldOf(model, NOW, ['1'], { between });
    const summary = await world.collect({ window: { kind: 'dates', since: '2026-08-01' } });
    expect(summary).toMatchObject({ connections: { failed: 1 }, days: { failed: 1 }, failures: [{ days: 1 }] });
    refuses = false;
    expect(await world.collect()).toMatchObject({ days: { planned: 1, settled: 1 }, metrics: { inserted: 2 } });
  });

  it.each([
    ['--refresh', { refresh: true }],
    ['a named day', { window: { kind: 'day', date: '2026-11-15' } }],
    ['another window', { window: { kind: 'lookback', days: 3 } }],
  ] as const)('with %s reads all of them', async (_flag, options) => {
    await start(['1', '2']);
    read.length = 0;
    await world.collect(options);
    expect(read.toSorted()).toEqual(['1', '2']);
  });
});
