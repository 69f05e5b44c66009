import { expect, it } from 'vitest';
import { createBudget } from '../../src/http/budget.js';

const sleep = async () => undefined;

/** A store of requests that several processes take from, and that now and then does not answer. */
function stock(requests: number) {
  let left = requests;
  let asked = 0;
  return async (wanted: number) => {
    if (++asked % 3 === 0) throw new Error('no answer');
    left -= wanted;
    return { isGranted: left >= 0, ms: 1 };
  };
}

it.each([7, 1_000])(
  'lets processes send %i requests in all, but for what is left of a last share',
  async (requests) => {
    const take = stock(requests);
    const budgets = Array.from({ length: 4 }, () => createBudget(requests, take, sleep));
    let sent = 0;
    await Promise.all(
      budgets.flatMap((budget) =>
        Array.from({ length: 8 }, async () => {
          while (await budget.take(new AbortController().signal)) sent++;
        }),
      ),
    );
    expect(sent).toBe(requests);
    expect(budgets.every(({ isUsedUp }) => isUsedUp)).toBe(true);
  },
);

it('lets an interrupted process send nothing more while nobody grants it requests', async () => {
  const interruption = new AbortController();
  const budget = createBudget(
    1_000,
    async () => {
      interruption.abort();
      throw new Error('no answer');
    },
    sleep,
  );
  expect(await budget.take(interruption.signal)).toBe(false);
  expect(budget.isUsedUp).toBe(false);
});
