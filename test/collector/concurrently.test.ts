import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forEachConcurrently } from '../../src/collector/concurrently.js';

it('reads every stream, however long the work on another takes', async () => {
  const done: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* items(name: string) {
    for (let item = 0; item < 20; item++) yield name;
  }
  const slow = { items: items('slow'), work: (name: string) => held.then(() => void done.push(name)) };
  const fast = { items: items('fast'), work: async (name: string) => void done.push(name), end: release };
  await forEachConcurrently([slow, fast], 2, () => false);
  expect(done).toEqual([...Array(20).fill('fast'), ...Array(20).fill('slow')]);
});

it('stops every stream when one fails', async () => {
  async function* endless() {
    for (let item = 0; ; item++) yield item;
  }
  const failing = { items: endless(), work: async () => Promise.reject(new Error('the database is gone')) };
  const other = { items: endless(), work: () => sleep(1) };
  await expect(forEachConcurrently([other, failing], 2, () => false)).rejects.toThrow('the database is gone');
});

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
  await expect(forEachConcurrently([{ items: items(), work }], 8, () => false)).rejects.toThrow('the database is gone');
  expect(done).toEqual([1, 2]);
});
