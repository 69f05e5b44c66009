import { expect, it } from 'vitest';
import { createTurns, type Queue } from '../../src/http/turns.js';

/** Requests that are answered when the test says so. */
function board(concurrency: number) {
  const turns = createTurns({ concurrency, pause: () => Promise.resolve() });
  const inProgress: { readonly name: string; readonly answer: () => void }[] = [];
  const ask = (queue: Queue, name: string) =>
    queue(() => new Promise<void>((resolve) => void inProgress.push({ name, answer: resolve })));
  return {
    turns,
    ask: (queue: Queue, name: string, times = 1) => {
      for (let time = 0; time < times; time++) void ask(queue, name);
    },
    inProgress: () => inProgress.map(({ name }) => name).join(''),
    async answer(name: string) {
      const index = inProgress.findIndex((request) => request.name === name);
      inProgress.splice(index, 1)[0]?.answer();
      await new Promise(setImmediate);
    },
  };
}

const always = () => 0;

it('gives a place that becomes free to the platform with the fewest requests in progress', async () => {
  const { turns, ask, inProgress, answer } = board(4);
  ask(turns.queue('slow', always), 's', 8);
  const fast = turns.queue('fast', always);
  ask(fast, 'f', 8);
  expect(inProgress()).toBe('ssss');
  await answer('s');
  await answer('s');
  expect(inProgress()).toBe('ssff');
  for (let times = 0; times < 6; times++) await answer('f');
  expect(inProgress()).toBe('ssff');
  // What one platform has no use for, the other gets.
  await answer('f');
  await answer('f');
  expect(inProgress()).toBe('ssss');
});

it('leaves a place to each platform that has joined, until it leaves as often', async () => {
  const { turns, ask, inProgress, answer } = board(4);
  turns.join('slow');
  const leaves = [turns.join('fast'), turns.join('fast')];
  ask(turns.queue('slow', always), 's', 8);
  expect(inProgress()).toBe('sss');
  const fast = turns.queue('fast', always);
  ask(fast, 'f', 2);
  expect(inProgress()).toBe('sssf');
  await answer('f');
  expect(inProgress()).toBe('sssf');
  await answer('f');
  leaves.pop()?.();
  expect(inProgress()).toBe('sss');
  leaves.pop()?.();
  expect(inProgress()).toBe('ssss');
});

it('leaves no place unused if there are few', () => {
  const { turns, ask, inProgress } = board(2);
  for (const platform of ['a', 'b', 'c', 'd']) turns.join(platform);
  ask(turns.queue('a', always), 'a', 3);
  expect(inProgress()).toBe('aa');
});

it('gives no place to an API that may not be asked yet', async () => {
  let wait = Number.POSITIVE_INFINITY;
  const { turns, ask, inProgress, answer } = board(2);
  ask(
    turns.queue('paced', () => wait),
    'p',
    2,
  );
  ask(turns.queue('paced', always), 'd', 1);
  expect(inProgress()).toBe('d');
  wait = 0;
  await answer('d');
  expect(inProgress()).toBe('pp');
});

it('takes turns among the APIs of a platform', async () => {
  const { turns, ask, inProgress, answer } = board(1);
  const [one, other] = [turns.queue('x', always), turns.queue('x', always)];
  ask(one, '1', 3);
  ask(other, '2', 3);
  let order = '';
  for (let times = 0; times < 6; times++) {
    order += inProgress();
    await answer(inProgress());
  }
  expect(order).toBe('112122');
});
