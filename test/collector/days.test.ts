import { afterEach, describe, expect, it } from 'vitest';
import { addDays, datesBetween } from '../../src/collector/day.js';
import { PlatformError } from '../../src/errors.js';
import { lastOf } from '../../src/platforms/shared/parts.js';
import type { CollectEvent } from '../../src/report/events.js';
import { readStatus } from '../../src/report/status.js';
import { type Model, modelOf, worldOf } from '../support/model.js';
import type { World } from '../support/world.js';

const DAY_MS = 86_400_000;
/** 2026-11-21 has ended two hours ago. */
const START = new Date('2026-11-22T02:00:00Z');
const WINDOW = datesBetween('2026-11-15', '2026-11-21');
const DEAD = new PlatformError('needs_reconnect', 'the token has expired', 'connection');

let world: World;
let model: Model;
afterEach(() => world?.close());

async function start(given: Parameters<typeof modelOf>[1], accounts = ['1']): Promise<void> {
  const name = given.asks === 'range' ? 'facebook' : 'instagram';
  model = modelOf(name, given);
  world = await worldOf(model, START, accounts);
}

const runDaily = (days: number) => world.collectDaily(days);

const rows = () =>
  world.query(
    `select metric, date::text as date, value::int as value, metadata ->> 'settled' as settled
     from analytics_snapshots order by date, metric`,
  );
const outcomes = () =>
  world.query('select date::text as date, outcome, metrics from collection_outcomes order by date');
const datesOf = async () => [...new Set((await rows()).map(({ date }) => date))];
const outcomeOf = async (date: string) => (await outcomes()).find((each) => each.date === date)?.outcome;
const lastAsked = () => model.calls.at(-1)?.dates ?? [];

describe.each(['day', 'range'] as const)('settled values, on a platform asked by %s,', (asks) => {
  it.each<[string, (model: Model) => void]>([
    ['a failure', (given) => (given.refuses = () => DEAD)],
    ['a failure of a part', (given) => (given.says = () => ({ values: { views: 5 }, failed: true }))],
    ['an absent value', (given) => (given.says = () => ({ values: { views: 5 } }))],
    ['an empty answer', (given) => (given.says = () => ({ values: {} }))],
  ])('are neither unsettled, lowered nor removed by %s in a refresh', async (_what, change) => {
    await start({ asks });
    await world.collect();
    await runDaily(2);
    const before = { rows: await rows(), outcomes: await outcomes() };
    change(model);
    await world.collect({ refresh: true, window: { kind: 'dates', since: '2026-11-15', until: '2026-11-21' } });
    expect({ rows: await rows(), outcomes: await outcomes() }).toEqual(before);
  });
});

describe('an empty day', () => {
  it('is pending until it has settled, then no_data, and asked for as long as it is in the window', async () => {
    await start({ asks: 'day' });
    model.says = (date) => ({ values: date === '2026-11-21' ? {} : { views: 5 } });
    await world.collect();
    expect(await outcomeOf('2026-11-21')).toBe('pending');
    await runDaily(2);
    expect(await outcomeOf('2026-11-21')).toBe('no_data');
    model.says = () => ({ values: { views: 5 } });
    await runDaily(1);
    expect(await outcomeOf('2026-11-21')).toBe('settled');
  });

  it('of a Page whose permission is granted on the sixth day has values on the seventh, like the whole window', async () => {
    await start({ asks: 'range' });
    model.says = () => ({ values: {} });
    await world.collect();
    await runDaily(5);
    expect(await rows()).toEqual([]);
    model.says = () => ({ values: { views: 5 } });
    await runDaily(1);
    expect(await datesOf()).toEqual(datesBetween('2026-11-21', '2026-11-27'));
  });

  it('is filled within four weeks if a platform asked by range stops answering and resumes later', async () => {
    await start({ asks: 'range' });
    await world.collect();
    model.says = () => ({ values: {} });
    await runDaily(12);
    model.says = () => ({ values: { views: 5, reach: 3 } });
    await runDaily(7);
    expect(await datesOf()).toEqual(datesBetween('2026-11-15', addDays('2026-11-21', 19)));
  });
});

it('is asked for if it is named, whatever its outcome', async () => {
  await start({ asks: 'day' });
  await world.collect();
  await world.collect({ window: { kind: 'day', date: '2026-11-16' } });
  expect(lastAsked()).toEqual(['2026-11-16']);
});

describe('a day that lacks a metric the account has on other days', () => {
  it("is asked for once more on the window's last day, on a platform asked by day", async () => {
    await start({ asks: 'day' });
    const whole = { values: { views: 5, reach: 3 } };
    model.says = (date) => (date === '2026-11-21' ? { values: { views: 5 } } : whole);
    await world.collect();
    await runDaily(5);
    expect(lastAsked()).not.toContain('2026-11-21');
    model.says = () => whole;
    await runDaily(1);
    expect(lastAsked()).toContain('2026-11-21');
    expect((await rows()).filter(({ date }) => date === '2026-11-21').map(({ metric }) => metric)).toEqual([
      'reach',
      'views',
    ]);
    await runDaily(1);
    expect(lastAsked()).not.toContain('2026-11-21');
  });
});

describe('a provisional row', () => {
  const provisional = async () => (await rows()).filter(({ settled }) => settled !== 'true').map(({ date }) => date);

  it('of a metric that is missing from the settled answer is settled with its day', async () => {
    await start({ asks: 'day' });
    await world.collect();
    model.says = () => ({ values: { views: 5 } });
    world.now = new Date(START.getTime() + 2 * DAY_MS);
    await world.collect();
    expect((await rows()).filter(({ date }) => date === '2026-11-21')).toEqual([
      { metric: 'reach', date: '2026-11-21', value: 3, settled: 'true' },
      { metric: 'views', date: '2026-11-21', value: 5, settled: 'true' },
    ]);
  });

  it('of a day that never has data again is settled when it leaves the window', async () => {
    await start({ asks: 'day' });
    await world.collect();
    model.says = () => ({ values: {} });
    await runDaily(4);
    expect(new Set(await provisional())).toEqual(new Set(['2026-11-20', '2026-11-21']));
    await runDaily(2);
    expect(await provisional()).toEqual([]);
    expect(await outcomeOf('2026-11-21')).toBe('settled');
  });

  it('of a day that failed and never has data again is settled when it leaves the window', async () => {
    await start({ asks: 'day' });
    await world.collect();
    world.now = new Date(START.getTime() + 2 * DAY_MS);
    model.says = () => ({ values: {}, failed: true });
    await world.collect();
    model.says = () => ({ values: {} });
    await runDaily(3);
    expect(new Set(await provisional())).toEqual(new Set(['2026-11-21']));
    await runDaily(1);
    expect(await provisional()).toEqual([]);
    expect(await outcomeOf('2026-11-21')).toBe('settled');
  });

  it('of a closing figure requested before its day ended is settled with the next figure', async () => {
    await start({ asks: 'day', hasTotal: true });
    model.total = 100;
    world.now = new Date('2026-11-22T20:00:00Z');
    await world.collect();
    const totals = async () => (await rows()).filter(({ metric }) => metric === 'total');
    expect(await totals()).toMatchObject([{ date: '2026-11-22', settled: 'false' }]);
    await runDaily(1);
    expect((await totals())[0]).toMatchObject({ date: '2026-11-22', value: 100, settled: 'true' });
  });

  it('of a day that fails until it is out of reach is then settled, and the day is not lost', async () => {
    await start({ asks: 'day', reachDays: 10 });
    await world.collect();
    model.refuses = () => DEAD;
    const summary = lastOf(await runDaily(10));
    expect(await provisional()).toEqual([]);
    expect(await outcomeOf('2026-11-21')).toBe('settled');
    expect(summary.lost).toBe(0);
  });
});

describe('a platform asked by range', () => {
  it('is asked for the whole window in one call, and corrects settled values', async () => {
    await start({ asks: 'range' });
    await world.collect();
    await runDaily(2);
    model.says = () => ({ values: { views: 6, reach: 3 } });
    const calls = model.calls.length;
    world.now = new Date(world.now.getTime() + DAY_MS);
    const summary = await world.collect();
    expect(model.calls.length - calls).toBe(1);
    expect(lastAsked()).toEqual(expect.arrayContaining(datesBetween('2026-11-18', '2026-11-24')));
    expect(summary.metrics).toMatchObject({ inserted: 2 });
    expect(
      await world.query(
        `select value::int as value, metadata -> 'first' -> 'value' as first, metadata ->> 'settled' as settled
         from analytics_snapshots where metric = 'views' and date = '2026-11-19'`,
      ),
    ).toEqual([{ value: 6, first: 5, settled: 'true' }]);
    await world.collect();
    expect(model.calls.length - calls).toBe(1);
  });
});

describe('days that were missed', () => {
  const all = (days: number) => datesBetween('2026-11-15', addDays('2026-11-21', days));

  it('because a token was dead for 14 runs are filled when it is renewed', async () => {
    await start({ asks: 'day' });
    await world.collect();
    model.refuses = () => DEAD;
    await runDaily(14);
    model.refuses = null;
    const summary = lastOf(await runDaily(1));
    expect(summary.backlog).toBe(0);
    expect(await datesOf()).toEqual(all(15));
  });

  it('because the machine was off for 10 days are filled by the next run', async () => {
    await start({ asks: 'range' });
    await world.collect();
    world.now = new Date(START.getTime() + 9 * DAY_MS);
    await runDaily(1);
    expect(await datesOf()).toEqual(all(10));
  });

  it('because the connection was disabled are filled when it is enabled again', async () => {
    await start({ asks: 'day' });
    await world.collect();
    await world.query("update platform_connections set status = 'inactive'");
    for (let day = 1; day <= 12; day++) {
      world.now = new Date(START.getTime() + day * DAY_MS);
      await world.collect({ allowEmpty: true });
    }
    await world.query("update platform_connections set status = 'active'");
    await runDaily(1);
    expect(await datesOf()).toEqual(all(13));
  });

  it('are filled newest first, up to a limit per run, and the summary says how many are left', async () => {
    await start({ asks: 'day' });
    await world.collect();
    world.now = new Date(START.getTime() + 50 * DAY_MS);
    const summary = await world.collect();
    const last = addDays('2026-11-21', 50);
    expect(summary).toMatchObject({ backlog: 15, lost: 0, days: { planned: 37 } });
    expect(await datesOf()).toEqual([...WINDOW, ...datesBetween(addDays(last, -36), last)]);
    expect(await world.collect()).toMatchObject({ backlog: 0, days: { planned: 15 } });
    expect(await datesOf()).toEqual(all(50));
    expect(await world.collect()).toMatchObject({ days: { planned: 0 } });
  });

  it('are skipped, but counted, with --backlog 0', async () => {
    await start({ asks: 'day' });
    await world.collect();
    world.now = new Date(START.getTime() + 10 * DAY_MS);
    expect(await world.collect({ backlog: 0 })).toMatchObject({ backlog: 5, days: { planned: 7 } });
    expect(await world.collect({ backlog: 0, dryRun: true })).toMatchObject({ backlog: 5 });
  });

  it('are lost once the platform no longer answers for them, which is warned about once and shown in status', async () => {
    await start({ asks: 'day', reachDays: 10 });
    await world.collect();
    world.now = new Date(START.getTime() + 20 * DAY_MS);
    const summary = await world.collect();
    expect(summary).toMatchObject({ lost: 10, backlog: 0, days: { planned: 10 } });
    expect(summary.warnings).toEqual([
      expect.stringMatching(/^instagram: 10 days of an account can no longer be collected; .* 10 days$/),
    ]);
    const next = lastOf(await runDaily(1));
    expect(next).toMatchObject({ lost: 0, warnings: [] });
    const status = await readStatus(world, 7, world.now);
    expect(status.platforms).toMatchObject([{ platform: 'instagram', lost_days: 10 }]);
  });
});

describe('a backfill', () => {
  const since = (date: string) => ({ window: { kind: 'dates', since: date } }) as const;

  it('collects every day up to yesterday that is not complete, and continues where it was stopped', async () => {
    await start({ asks: 'day' });
    await world.collect();
    const stop = new AbortController();
    const says = model.says;
    model.says = (date, account) => {
      if (date === '2026-09-20') stop.abort();
      return says(date, account);
    };
    const stopped = await world.collect({ ...since('2026-08-01'), signal: stop.signal });
    expect(stopped.status).toBe('interrupted');
    const got = await datesOf();
    expect(got.length).toBeGreaterThan(WINDOW.length);
    expect(got).not.toContain('2026-08-01');
    model.calls.length = 0;
    model.says = says;
    expect(await world.collect(since('2026-08-01'))).toMatchObject({ status: 'completed' });
    expect(await datesOf()).toEqual(datesBetween('2026-08-01', '2026-11-21'));
    expect(model.calls.flatMap(({ dates }) => dates).filter((date) => got.includes(date))).toEqual([]);
  });

  it('reports its progress by day', async () => {
    await start({ asks: 'day' });
    const events: CollectEvent[] = [];
    await world.collect(since('2026-08-01'), (event) => events.push(event));
    expect(events.find(({ type }) => type === 'started')).toMatchObject({ days: 113 });
    expect(events.flatMap((event) => (event.type === 'days' ? [event.days] : []))).toEqual([30, 60, 90]);
  });

  it("stays within the platform's reach", async () => {
    await start({ asks: 'day', reachDays: 40 });
    expect(await world.collect(since('2026-08-01'))).toMatchObject({ days: { settled: 38, provisional: 2 } });
    expect((await datesOf())[0]).toBe('2026-10-13');
  });

  it('leaves failed days to the backlog', async () => {
    await start({ asks: 'day' });
    await world.collect();
    model.says = (date) => (date === '2026-09-20' ? { values: {}, failed: true } : { values: { views: 5, reach: 3 } });
    expect(await world.collect(since('2026-08-01'))).toMatchObject({ backlog: 1 });
    model.says = () => ({ values: { views: 5, reach: 3 } });
    expect(await world.collect()).toMatchObject({ days: { planned: 1, settled: 1 }, backlog: 0 });
  });

  it('is offered only by the first run of an account', async () => {
    await start({ asks: 'day', reachDays: 100 });
    expect((await world.collect()).backfill).toEqual({ instagram: { accounts: 1, since: '2026-08-14' } });
    expect(lastOf(await runDaily(1)).backfill).toEqual({});
  });
});

it('starts with the accounts that a quota has left unanswered the longest', async () => {
  await start({ asks: 'day' }, ['1', '2', '3', '4']);
  let left = 2;
  model.refuses = () => (left-- > 0 ? null : new PlatformError('quota_exhausted', 'nothing left today', 'connection'));
  const answered: string[][] = [];
  for (let day = 0; day < 3; day++) {
    left = 2;
    model.calls.length = 0;
    world.now = new Date(START.getTime() + day * DAY_MS);
    await world.collect({ concurrency: 1 });
    answered.push(model.calls.slice(0, 2).map(({ accountId }) => accountId));
  }
  expect(answered).toEqual([
    ['1', '2'],
    ['3', '4'],
    ['1', '2'],
  ]);
});
