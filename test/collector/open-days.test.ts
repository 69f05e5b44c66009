import { afterEach, describe, expect, it } from 'vitest';
import { Interrupted, PlatformError } from '../../src/errors.js';
import { type Model, modelOf, worldOf } from '../support/model.js';
import type { World } from '../support/world.js';

const DAY_MS = 86_400_000;
const START = new Date('2026-11-22T02:00:00Z');
/** A day of a backfill, long before the window. */
const OLD = '2026-10-30';

let world: World;
let model: Model;
afterEach(() => world?.close());

async function start(): Promise<void> {
  model = modelOf('instagram', { asks: 'day' });
  world = await worldOf(model, START);
  await world.collect();
}

const runDaily = (days: number) => world.collectDaily(days);

const failOn = (failing: string) => (date: string) =>
  date === failing ? ({ values: {}, failed: true } as const) : { values: { views: 5, reach: 3 } };
const outcomeOf = async (date: string) =>
  (await world.query('select outcome from collection_outcomes where date = $1', [date]))[0]?.outcome;

/** Does something else in the place of the second request. */
function interruptSecondRequest(instead: () => Promise<never>): void {
  const { platform } = model;
  const ask = platform.collect;
  let requests = 0;
  platform.collect = (...given) => (++requests === 2 ? instead() : ask(...given));
}

describe('a day that is open is asked for again', () => {
  it('if it failed in an interrupted backfill', async () => {
    await start();
    await runDaily(3);
    const stop = new AbortController();
    model.says = failOn(OLD);
    interruptSecondRequest(async () => {
      stop.abort();
      throw new Interrupted();
    });
    await world.collect({ window: { kind: 'dates', since: '2026-08-01' }, signal: stop.signal });
    expect(await outcomeOf(OLD)).toBe('failed');

    model.says = failOn('none');
    await runDaily(1);
    expect(await outcomeOf(OLD)).toBe('settled');
  });

  it('if it failed in another run of the account at the same time', async () => {
    await start();
    await runDaily(3);
    world.now = new Date(world.now.getTime() + DAY_MS);
    const { platform } = model;
    const ask = platform.collect;
    let isFirst = true;
    platform.collect = async (...given) => {
      if (isFirst) {
        isFirst = false;
        model.says = failOn(OLD);
        await world.collect({
          selection: { kind: 'user', userId: 'u1' },
          window: { kind: 'dates', since: '2026-10-25' },
        });
        model.says = failOn('none');
      }
      return ask(...given);
    };
    await world.collect();
    expect(await outcomeOf(OLD)).toBe('failed');

    await runDaily(1);
    expect(await outcomeOf(OLD)).toBe('settled');
  });

  it('if the database refused its values', async () => {
    await start();
    model.refuses = () => new PlatformError('needs_reconnect', 'the token has expired', 'connection');
    await runDaily(12);
    model.refuses = null;
    await world.query("alter table analytics_snapshots add constraint no_24th check (date <> '2026-11-24')");
    try {
      await runDaily(1);
      expect(await outcomeOf('2026-11-24')).toBe('failed');
    } finally {
      await world.query('alter table analytics_snapshots drop constraint no_24th');
    }
    await runDaily(1);
    expect(await outcomeOf('2026-11-24')).toBe('settled');
  });

  it('if it had values, then failed, and then had no data', async () => {
    await start();
    const open = '2026-11-21';
    model.says = failOn(open);
    await runDaily(2);
    model.says = (date) => ({ values: date === open ? {} : { views: 5, reach: 3 } });
    await runDaily(1);
    expect(await outcomeOf(open)).toBe('provisional');
    model.says = () => ({ values: { views: 7, reach: 3 } });
    await runDaily(1);
    expect(
      await world.query("select value::int as value from analytics_snapshots where metric = 'views' and date = $1", [
        open,
      ]),
    ).toEqual([{ value: 7 }]);
  });

  it('if it is named and had no data when it was last asked for', async () => {
    await start();
    const named = { kind: 'dates', since: '2026-10-20', until: '2026-11-05' } as const;
    model.says = () => ({ values: {} });
    await world.collect({ window: named });
    expect(await outcomeOf('2026-10-20')).toBe('no_data');
    model.says = failOn('none');
    expect((await world.collect({ window: named })).days).toMatchObject({ planned: 17, settled: 17 });
  });
});
