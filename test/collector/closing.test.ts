import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { modelOf, worldOf } from '../support/model.js';
import { createWorld, type World } from '../support/world.js';

let world: World;
afterEach(() => world?.close());

describe.each([
  ['instagram', 'followers_count'],
  ['youtube', 'subscriberCount'],
  ['linkedin', 'firstDegreeSize'],
] as const)('followers gained on the 11th, on %s,', (platform, metric) => {
  const BEFORE = 40_000;
  const AFTER = 45_000;
  /** Noon of the 11th in Los Angeles. */
  const WON_AT = new Date('2026-11-11T20:00:00Z');

  it.each([
    ['at 02:00 UTC', ['02:00']],
    ['at 09:00 UTC', ['09:00']],
    ['at both', ['02:00', '09:00']],
  ])('are in the figure of the 11th, not of the 10th, with runs %s', async (_when, times) => {
    const [made] = population({ users: 1, platforms: [platform] });
    if (made === undefined) throw new Error('no account');
    const account: SandboxAccount = {
      ...made,
      get followers() {
        return world !== undefined && world.now >= WON_AT ? AFTER : BEFORE;
      },
    };
    world = await createWorld({ now: new Date('2026-11-10T09:00:00Z'), accounts: [account] });
    for (const date of ['11', '12', '13', '14', '15', '16', '17', '18']) {
      for (const time of times) {
        world.now = new Date(`2026-11-${date}T${time}:00Z`);
        await world.collect();
      }
    }
    const rows = await world.query(
      `select date::text as date, value::int as value, metadata ->> 'settled' as settled from analytics_snapshots
       where metric = $1 and date between '2026-11-10' and '2026-11-12' order by date`,
      [metric],
    );
    expect(rows).toEqual([
      { date: '2026-11-10', value: BEFORE, settled: 'true' },
      { date: '2026-11-11', value: AFTER, settled: 'true' },
      { date: '2026-11-12', value: AFTER, settled: 'true' },
    ]);
  });
});

describe('closing figures', () => {
  const totals = () =>
    world.query("select date::text as date, value::int as value from analytics_snapshots where metric = 'total'");

  it('filed during their day become settled when later ones come, however much later', async () => {
    const model = modelOf('instagram', { asks: 'day', hasTotal: true });
    model.total = 7;
    world = await worldOf(model, new Date('2026-11-23T15:00:00Z'));
    await world.collect();
    world.now = new Date('2027-01-05T02:00:00Z');
    await world.collect();
    expect(
      await world.query(
        "select date::text as date, metadata ->> 'settled' as settled from analytics_snapshots where metric = 'total' order by date",
      ),
    ).toEqual([
      { date: '2026-11-23', settled: 'true' },
      { date: '2027-01-04', settled: 'true' },
    ]);
  });

  it('that could not be fetched are requested again in the next run of the day, and not after that', async () => {
    const model = modelOf('instagram', { asks: 'day', hasTotal: true });
    world = await worldOf(model, new Date('2026-11-22T02:00:00Z'));
    await world.collect();
    expect(await totals()).toEqual([]);

    model.total = 9;
    world.now = new Date('2026-11-22T09:00:00Z');
    await world.collect();
    expect(model.calls.at(-1)?.dates).toEqual(['2026-11-21']);
    expect(await totals()).toEqual([{ date: '2026-11-21', value: 9 }]);

    const asked = model.calls.length;
    world.now = new Date('2026-11-22T11:00:00Z');
    await world.collect();
    expect(model.calls).toHaveLength(asked);
  });
});
