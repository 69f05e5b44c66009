import { afterEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../src/errors.js';
import { readStatus } from '../../src/report/status.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { type Model, modelOf, worldOf } from '../support/model.js';
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

describe('closing figures that an account is refused', () => {
  it('make no day due, and are asked for again with the next one', async () => {
    const model = modelOf('instagram', { asks: 'day', hasTotal: true });
    model.refusesTotal = true;
    world = await worldOf(model, new Date('2026-11-22T02:00:00Z'));
    await world.collect();
    world.now = new Date('2026-11-22T09:00:00Z');
    expect(await world.collect()).toMatchObject({ days: { planned: 0 } });
    expect(model.calls).toHaveLength(1);

    model.refusesTotal = false;
    model.total = 9;
    world.now = new Date('2026-11-23T02:00:00Z');
    await world.collect();
    const totals = await world.query("select date::text as date from analytics_snapshots where metric = 'total'");
    expect(totals).toEqual([{ date: '2026-11-22' }]);
  });
});

describe('a platform with nothing but closing figures', () => {
  const model = () => {
    const made = modelOf('instagram', { asks: 'day', reachDays: 1, hasTotal: true, hasDays: false });
    made.says = () => ({ values: {} });
    return made;
  };
  const days = () =>
    world.query(
      `select outcomes.date::text as date, outcomes.outcome, shown.value::int as value, shown.metadata ->> 'settled' as settled
       from collection_outcomes outcomes
       left join analytics_snapshots shown on shown.date = outcomes.date
       order by outcomes.date`,
    );

  it('has its days settled by them, each asked for once', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-22T02:00:00Z'));
    for (const [at, total] of [
      ['22T02', 1],
      ['22T09', 2],
      ['23T02', 3],
    ] as const) {
      made.total = total;
      world.now = new Date(`2026-11-${at}:00:00Z`);
      await world.collect();
    }
    expect(await days()).toEqual([
      { date: '2026-11-21', outcome: 'settled', value: 1, settled: 'true' },
      { date: '2026-11-22', outcome: 'settled', value: 3, settled: 'true' },
    ]);
    expect(made.calls).toHaveLength(2);
  });

  it('has the figures of an afternoon, which the next morning replaces', async () => {
    const made = model();
    made.total = 1;
    world = await worldOf(made, new Date('2026-11-22T15:00:00Z'));
    const { days: counted } = await world.collect();
    expect(counted).toMatchObject({ planned: 1, provisional: 1 });
    expect(await days()).toEqual([{ date: '2026-11-22', outcome: 'provisional', value: 1, settled: 'false' }]);
    expect((await readStatus(world, 7, world.now)).platforms).toMatchObject([{ accounts: 1, complete: 1, late: 0 }]);
    made.total = 2;
    world.now = new Date('2026-11-23T02:00:00Z');
    await world.collect();
    expect(await days()).toEqual([{ date: '2026-11-22', outcome: 'settled', value: 2, settled: 'true' }]);
  });

  it('loses the days on which it was not asked, and says so once', async () => {
    const made = model();
    made.total = 1;
    world = await worldOf(made, new Date('2026-11-02T02:00:00Z'));
    await world.collect();
    world.now = new Date('2026-11-05T02:00:00Z');
    await world.collect();
    world.now = new Date('2026-11-12T02:00:00Z');
    expect(await world.collect()).toMatchObject({ days: { planned: 1, settled: 1 }, lost: 2 });
    world.now = new Date('2026-11-13T02:00:00Z');
    expect(await world.collect()).toMatchObject({ days: { planned: 1, settled: 1 }, lost: 1 });
  });

  it('loses the days on which it failed, and says why', async () => {
    const made = model();
    made.total = 1;
    world = await worldOf(made, new Date('2026-11-02T02:00:00Z'));
    await world.collect();
    made.refuses = () => new PlatformError('needs_reconnect', 'gone', 'connection');
    world.now = new Date('2026-11-10T02:00:00Z');
    expect(await world.collect()).toMatchObject({
      lost: 1,
      warnings: [
        'instagram: 1 day of an account can no longer be collected; no run read their closing figures in time, and the API gives only current ones',
      ],
    });
  });

  it('says of a named day in the past that it cannot be had', async () => {
    const made = model();
    made.total = 1;
    world = await worldOf(made, new Date('2026-11-22T02:00:00Z'));
    const { days: counted } = await world.collect({ window: { kind: 'dates', since: '2026-11-19' } });
    expect(counted).toMatchObject({ planned: 3, settled: 1, skipped: 2 });
  });
});

describe('an account with nothing but closing figures, on a platform with daily ones,', () => {
  const model = () => {
    const made = modelOf('instagram', { asks: 'range', reachDays: 60, hasTotal: true });
    made.says = () => ({ values: {} });
    made.onlyTotal = true;
    return made;
  };
  const days = () =>
    world.query(
      `select outcomes.date::text as date, outcomes.outcome, shown.value::int as value
       from collection_outcomes outcomes
       left join analytics_snapshots shown on shown.date = outcomes.date
       where outcomes.date >= '2026-11-20' order by outcomes.date`,
    );
  /** Runs at these times of November, each with its number as the total. */
  async function runs(made: Model, ...times: readonly string[]) {
    for (const [index, time] of times.entries()) {
      made.total = index + 1;
      world.now = new Date(`2026-11-${time}:00:00Z`);
      await world.collect();
    }
  }

  it('has its days settled by them, and is not among those without data', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-22T02:00:00Z'));
    await runs(made, '22T02', '22T09', '23T02');
    expect(await days()).toEqual([
      { date: '2026-11-20', outcome: 'no_data', value: null },
      { date: '2026-11-21', outcome: 'settled', value: 1 },
      { date: '2026-11-22', outcome: 'settled', value: 3 },
    ]);
    const status = await readStatus(world, 7, world.now);
    expect(status.platforms).toMatchObject([
      { platform: 'instagram', accounts: 1, complete: 1, no_data: 0, failing: [] },
    ]);
  });

  it('loses a day on which it was not asked, is told of it once, and raises no doubt', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-14T02:00:00Z'));
    await runs(made, '15T02', '16T02', '17T02', '18T02', '19T02', '20T02', '21T02', '23T02');
    expect(await days()).toEqual([
      { date: '2026-11-20', outcome: 'settled', value: 7 },
      { date: '2026-11-21', outcome: 'skipped', value: null },
      { date: '2026-11-22', outcome: 'settled', value: 8 },
    ]);
    const lost: number[] = [];
    const warnings: string[] = [];
    for (const day of ['24', '25', '26', '27', '28', '29', '30']) {
      world.now = new Date(`2026-11-${day}T02:00:00Z`);
      const summary = await world.collect();
      expect(summary).toMatchObject({ backlog: 0, days: { failed: 0 } });
      expect(summary.platforms.instagram?.reasons).toEqual({});
      lost.push(summary.lost);
      warnings.push(...summary.warnings);
    }
    expect(lost).toEqual([0, 0, 0, 0, 0, 1, 0]);
    expect(warnings).toEqual([
      expect.stringMatching(/^instagram: 1 day of an account can no longer be collected; .* only current ones$/),
    ]);
    expect((await readStatus(world, 7, world.now)).platforms).toMatchObject([{ complete: 1, lost_days: 1 }]);
  });

  it('that failed for weeks has lost their days', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-02T02:00:00Z'));
    await runs(made, '02T02');
    made.refuses = () => new PlatformError('needs_reconnect', 'dead', 'connection');
    world.now = new Date('2026-11-10T02:00:00Z');
    await world.collect();
    made.refuses = null;
    await runs(made, '22T02', '22T09');
    // All days after the 1st that are before the window.
    const [account] = await world.query('select days_lost, done_to::text as done_to from collection_accounts');
    expect(account).toEqual({ days_lost: 13, done_to: '2026-11-14' });
  });

  it('is not asked again while its last day is settled', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-22T02:00:00Z'));
    await runs(made, '22T02', '22T09', '22T11');
    expect(made.calls).toHaveLength(1);
  });

  it('keeps the days of a schedule that runs in the afternoon alone', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-20T15:00:00Z'));
    await runs(made, '20T15', '20T18', '21T15', '22T15', '23T15');
    expect(await days()).toEqual([
      { date: '2026-11-20', outcome: 'settled', value: 1 },
      { date: '2026-11-21', outcome: 'settled', value: 3 },
      { date: '2026-11-22', outcome: 'settled', value: 4 },
      { date: '2026-11-23', outcome: 'provisional', value: 5 },
    ]);
    expect(made.calls).toHaveLength(4);
  });

  it('is offered no backfill', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-22T02:00:00Z'));
    made.total = 1;
    expect((await world.collect()).backfill).toEqual({});
  });

  it('has the figures of an afternoon, which the next morning replaces', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-22T15:00:00Z'));
    await runs(made, '22T15', '23T02');
    expect((await days()).slice(2)).toEqual([{ date: '2026-11-22', outcome: 'settled', value: 2 }]);
  });

  it('gets daily ones of the days that are still in the window once the platform has them', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-22T02:00:00Z'));
    await runs(made, '22T02');
    made.onlyTotal = false;
    made.says = () => ({ values: { views: 5, reach: 3 } });
    world.now = new Date('2026-11-24T02:00:00Z');
    await world.collect();
    const views = await world.query("select date::text as date from analytics_snapshots where metric = 'views'");
    expect(views).toHaveLength(7);
  });
});

describe('days of which the platform says that there will never be data', () => {
  const model = () => {
    const made = modelOf('instagram', { asks: 'range' });
    made.says = (date) => (date < '2026-11-19' ? { values: {}, final: true } : { values: { views: 5, reach: 3 } });
    return made;
  };

  it('are not asked for again unless they are named', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-25T02:00:00Z'));
    made.says = () => ({ values: {}, final: true });
    expect(await world.collect()).toMatchObject({ days: { planned: 7, no_data: 7 } });
    world.now = new Date('2026-11-25T09:00:00Z');
    expect(await world.collect()).toMatchObject({ days: { planned: 0 } });
    expect(made.calls).toHaveLength(1);
    await world.collect({ window: { kind: 'dates', since: '2026-11-20', until: '2026-11-20' } });
    expect(made.calls.at(-1)?.dates).toEqual(['2026-11-20']);
  });

  it('are asked for with the others, and collected if the platform has changed its mind', async () => {
    const made = model();
    world = await worldOf(made, new Date('2026-11-22T02:00:00Z'));
    await world.collect();
    made.says = () => ({ values: { views: 5, reach: 3 } });
    world.now = new Date('2026-11-23T02:00:00Z');
    await world.collect();
    const outcomes = await world.query(
      "select distinct outcome from collection_outcomes where date < '2026-11-19' and date > '2026-11-15'",
    );
    expect(outcomes).toEqual([{ outcome: 'settled' }]);
  });
});

it('of a platform that says whether a day is final, that alone decides', async () => {
  const model = modelOf('instagram', { asks: 'range' });
  world = await worldOf(model, new Date('2026-11-22T02:00:00Z'));
  const isFinal = (date: string) => date === '2026-11-21';
  model.says = (date) => ({ values: { views: 5 }, final: isFinal(date) });
  await world.collect();
  const outcomes = await world.query('select date::text as date, outcome from collection_outcomes order by date');
  expect(outcomes).toHaveLength(7);
  for (const { date, outcome } of outcomes) expect(outcome).toBe(isFinal(String(date)) ? 'settled' : 'provisional');
});
