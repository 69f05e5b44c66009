import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pacer } from '../../src/http/pace.js';
import { createSharedPacer, type TakeRequests, windowOf } from '../../src/http/shared-pace.js';

/** How many requests may be sent, at most so many, before the day's are used up. */
async function sendable(pacer: Pacer, most: number): Promise<number> {
  let sent = 0;
  while (sent < most && !pacer.isUsedUp) {
    if (pacer.waitMs(0) > 0) await new Promise(setImmediate);
    else {
      pacer.begin();
      sent++;
    }
  }
  return sent;
}

it('allows in any period of an API no more than it does, and most of it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 500, noNaN: true }), fc.constantFrom(60, 600, 3_600), (perSecond, over) => {
      const { requests, seconds } = windowOf({ perSecond, overSeconds: over });
      const allowed = Math.max(1, Math.floor(perSecond * over));
      const windows = Math.floor(over / seconds) + 2;
      if (allowed > 4) expect(requests * windows).toBeLessThanOrEqual(Math.max(allowed, windows));
      if (allowed > 100) expect((requests / seconds) * over).toBeGreaterThan(allowed * 0.5);
    }),
  );
  expect(windowOf({ perSecond: 12, overSeconds: 60 })).toEqual({ requests: 32, seconds: 3 });
  expect(windowOf({ perSecond: 5 })).toEqual({ requests: 5, seconds: 1 });
  expect(windowOf({ perSecond: 0.1 })).toEqual({ requests: 1, seconds: 10 });
});

it('takes some requests at once, and no others while these may be sent', async () => {
  const asked: number[] = [];
  const take: TakeRequests = async (requests) => {
    asked.push(requests);
    return { isGranted: true, ms: 60_000 };
  };
  expect(await sendable(createSharedPacer({ requests: 32, take }, null), 10)).toBe(10);
  expect(asked).toEqual([4, 4, 4]);
});

it('waits as long as it is told when others have taken all', async () => {
  const take: TakeRequests = async () => ({ isGranted: false, ms: 9_000 });
  const pacer = createSharedPacer({ requests: 1, take }, null);
  expect(pacer.waitMs(0)).toBeLessThan(100);
  await new Promise(setImmediate);
  expect(pacer.waitMs(0)).toBeGreaterThan(8_000);
});

it('sends no more in a day, with others, than the API allows', async () => {
  let taken = 0;
  const take: TakeRequests = async (requests) => {
    taken += requests;
    return { isGranted: taken <= 900, ms: 1_000 };
  };
  const always: TakeRequests = async () => ({ isGranted: true, ms: 60_000 });
  const day = { requests: 900, take };
  const pacers = [createSharedPacer(null, day), createSharedPacer({ requests: 80, take: always }, day)];
  const sent = await Promise.all(pacers.map((pacer) => sendable(pacer, 10_000)));
  expect(sent.reduce((sum, each) => sum + each, 0)).toBe(900);
});
