import { expect, it, vi } from 'vitest';
import { shared } from '../../src/server/shared.js';

it('never asks twice at the same time, however long an answer takes', async () => {
  let answer: (value: string) => void = () => undefined;
  const ask = vi.fn(
    () =>
      new Promise<string>((resolve) => {
        answer = resolve;
      }),
  );
  const asked = shared(0, ask);
  const both = [asked(), asked()];
  answer('one');
  expect(await Promise.all(both)).toEqual(['one', 'one']);
  expect(ask).toHaveBeenCalledTimes(1);
  void asked();
  expect(ask).toHaveBeenCalledTimes(2);
});

it('asks again after a failure', async () => {
  const ask = vi.fn(() => Promise.reject(new Error('away')));
  const asked = shared(0, ask);
  await expect(asked()).rejects.toThrow('away');
  await expect(asked()).rejects.toThrow('away');
  expect(ask).toHaveBeenCalledTimes(2);
});
