import { expect, it } from 'vitest';
import { DEFAULTS } from '../../src/collector/options.js';
import type { CollectEvent, ConnectionReport } from '../../src/report/events.js';
import type { Summary } from '../../src/report/summary.js';
import { createLive, paceOf } from '../../src/server/live.js';

const STARTED: CollectEvent = {
  type: 'started',
  runId: 'r1',
  scope: 'all',
  store: 'PostgreSQL',
  connections: 120,
  idle: 20,
  days: null,
  dryRun: false,
};

function ended(index: number, result: ConnectionReport['result'] = 'succeeded'): CollectEvent {
  const connection: ConnectionReport = {
    connectionId: `c${index}`,
    userId: `u${index}`,
    platform: index % 2 === 0 ? 'even' : 'odd',
    accountId: `a${index}`,
    accountName: null,
    result,
    days: {},
    dates: [],
    metrics: 3,
    changes: [],
    isNew: false,
    onlyClosing: false,
    backlog: 0,
    lost: 0,
    reason: result === 'failed' ? 'api_error' : null,
    message: result === 'failed' ? 'No answer.' : null,
  };
  return { type: 'connection', connection };
}

/** A run whose events a test sends itself, until it ends the run. */
function runUnderWay() {
  const clock = { now: Date.parse('2026-11-24T09:00:00Z') };
  const live = createLive(() => new Date(clock.now));
  const run = { resolve: (_: Summary) => {}, reject: (_: Error) => {} };
  let send: (event: CollectEvent) => void = () => undefined;
  const passedOn: CollectEvent[] = [];
  const collect = live.watch((_, onEvent) => {
    send = onEvent;
    return new Promise((resolve, reject) => Object.assign(run, { resolve, reject }));
  });
  const options = { ...DEFAULTS, trigger: 'http', signal: new AbortController().signal };
  const result = collect(options, (event) => void passedOn.push(event));
  return { clock, live, run, result, passedOn, send: (event: CollectEvent) => send(event) };
}

it('counts the accounts of a run by result and by platform, and passes every event on', () => {
  const { live, passedOn, send } = runUnderWay();
  expect(live.run()).toBeNull();
  const events = [STARTED, ended(0), ended(1, 'failed'), ended(2, 'skipped'), ended(3, 'nothing_due')];
  for (const event of events) send(event);
  expect(live.run()).toMatchObject({
    runId: 'r1',
    trigger: 'http',
    total: 100,
    done: 4,
    failed: 1,
    skipped: 1,
    metrics: 12,
    end: null,
    platforms: new Map([
      ['even', { done: 2, failed: 0 }],
      ['odd', { done: 2, failed: 1 }],
    ]),
  });
  expect(passedOn).toEqual(events);
});

it('keeps only the last failures, the newest first', () => {
  const { live, send } = runUnderWay();
  send(STARTED);
  for (let index = 0; index < 100; index++) send(ended(index, 'failed'));
  const failures = live.run()?.failures.map(({ userId }) => userId);
  expect(failures).toHaveLength(5);
  expect(failures?.slice(0, 2)).toEqual(['u99', 'u98']);
});

it('expects the end by the pace of the last minute, not of a slow start', () => {
  const { clock, live, send } = runUnderWay();
  send(STARTED);
  const pace = () => {
    const run = live.run();
    return run === null ? null : paceOf(run, new Date(clock.now));
  };
  expect(pace()).toBeNull();
  clock.now += 600_000;
  send(ended(0));
  for (let index = 1; index <= 70; index++) {
    clock.now += 1_000;
    send(ended(index));
  }
  expect(pace()?.perSecond).toBeCloseTo(1, 1);
  expect(pace()?.leftMs).toBeCloseTo(29_000, -4);
});

it('knows until when an API pauses', () => {
  const { live, send } = runUnderWay();
  send(STARTED);
  send({ type: 'api', api: 'some_api', state: 'paused', seconds: 45, message: 'too many requests' });
  expect(live.run()?.pausedUntil).toEqual(new Map([['some_api', new Date('2026-11-24T09:00:45Z')]]));
});

it('reports how a run ended, with a summary or an error, and passes it on', async () => {
  const well = runUnderWay();
  well.send(STARTED);
  well.run.resolve({ status: 'completed' } as Summary);
  expect(await well.result).toEqual({ status: 'completed' });
  expect(well.live.run()?.end).toMatchObject({ summary: { status: 'completed' } });

  const badly = runUnderWay();
  badly.send(STARTED);
  badly.run.reject(new Error('broken'));
  await expect(badly.result).rejects.toThrow('broken');
  expect(badly.live.run()?.end).toMatchObject({ summary: null });
});

it('ignores a run that never began', async () => {
  const { live, run, result } = runUnderWay();
  run.reject(new Error('another run holds the lease'));
  await expect(result).rejects.toThrow('lease');
  expect(live.run()).toBeNull();
});
