import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forEachConcurrently } from '../../src/collector/concurrently.js';

it('waits for work in progress before it throws a read error', async () => {
  const done: number[] = [];
  async function* items() {
    yield 1;
    yield 2;
    throw new Error('the database is gone');
  }
  const work = async (item: number) => {
    await sleep(5);
    done.push(item);
  };
  await expect(forEachConcurrently(items(), 8, work, () => false)).rejects.toThrow('the database is gone');
  expect(done).toEqual([1, 2]);
});
