import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forEachConcurrently } from '../../src/collector/concurrently.js';

it('lets the work under way end before it tells that the items could not be read on', async () => {
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
