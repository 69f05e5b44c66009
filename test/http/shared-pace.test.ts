import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSharedPacer, windowOf } from '../../src/http/shared-pace.js';

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
  const pacer = createSharedPacer({}, { requests: 32, seconds: 3 }, async (requests) => {
    asked.push(requests);
    return { isGranted: true, ms: 60_000 };
  });
  let sent = 0;
  while (sent < 10) {
    if (pacer.waitMs(0) > 0) await new Promise(setImmediate);
    else {
      pacer.begin();
      sent++;
    }
  }
  expect(asked).toEqual([4, 4, 4]);
});

it('waits as long as it is told when others have taken all', async () => {
  const pacer = createSharedPacer({}, { requests: 1, seconds: 10 }, async () => ({ isGranted: false, ms: 9_000 }));
  expect(pacer.waitMs(0)).toBeLessThan(100);
  await new Promise(setImmediate);
  expect(pacer.waitMs(0)).toBeGreaterThan(8_000);
});
