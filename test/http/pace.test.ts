import { expect, it } from 'vitest';
import { createPacer, type Pace, paceOf } from '../../src/http/pace.js';

/** When each of some requests is sent that are all ready at once, and answered after `latencyMs`, at most `concurrency` at a time. */
function sendingTimes(pace: Pace, requests: number, { latencyMs = 0, concurrency = 1 } = {}): number[] {
  const pacer = createPacer(pace);
  const sent: number[] = [];
  const answers: number[] = [];
  let now = 0;
  const answer = () => {
    now = Math.max(now, answers.shift() ?? Number.NaN);
    pacer.end(now);
  };
  while (sent.length < requests) {
    const ms = pacer.waitMs(now);
    if (answers.length === concurrency || ms === Number.POSITIVE_INFINITY) answer();
    else if (ms > 0 && answers[0] !== undefined && answers[0] < now + ms) answer();
    else {
      now += ms;
      pacer.begin();
      sent.push(now);
      answers.push(now + latencyMs);
    }
  }
  return sent;
}

it('sends in each second what is allowed in one, or one in several seconds', () => {
  expect(sendingTimes({ perSecond: 2 }, 6)).toEqual([0, 0, 1_000, 1_000, 2_000, 2_000]);
  expect(sendingTimes({ perSecond: 0.5 }, 3)).toEqual([0, 2_000, 4_000]);
});

it('sends what is allowed in a minute at once, and the rest as the minute passes', () => {
  const sent = sendingTimes({ perSecond: 12, overSeconds: 60 }, 1_440, { latencyMs: 100, concurrency: 32 });
  expect(sent[719]).toBeLessThan(3_000);
  expect(sent[720]).toBe(60_100);
  expect(sent.at(-1)).toBeLessThan(66_000);
});

it.each([
  [{ perSecond: 10 }, 1_000],
  [{ perSecond: 12, overSeconds: 60 }, 60_000],
  [{ perSecond: 0.3 }, 10_000],
])(
  'lets no more requests of %j arrive in a period than are allowed, wherever on their way they count',
  (pace, periodMs) => {
    const latencyMs = 700;
    const allowed = (pace.perSecond * periodMs) / 1_000;
    const sent = sendingTimes(pace, 3_000, { latencyMs, concurrency: 20 });
    // Each first of a period arrives as late as it can, and each last as early.
    sent.forEach((time, index) => {
      const after = sent[index + allowed];
      if (after !== undefined) expect(after - (time + latencyMs)).toBeGreaterThanOrEqual(periodMs);
    });
  },
);

it('waits for nothing without a pace', () => {
  expect(new Set(sendingTimes({}, 1_000))).toEqual(new Set([0]));
});

it('has a pace for one API, or for each API of a platform', () => {
  const paces = { mastodon: { perSecond: 1 }, 'one.example': { perSecond: 2 } };
  expect(['mastodon', 'one.example', 'two.example'].map((api) => paceOf(paces, 'mastodon', api)?.perSecond)).toEqual([
    1, 2, 1,
  ]);
  expect(paceOf({ 'YouTube Analytics API': {} }, 'youtube', 'YouTube Data API')).toBeUndefined();
});
