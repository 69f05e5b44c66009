import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { whileUsed } from '../../src/cli/while-used.js';

function watched(failures = 0) {
  const log: string[] = [];
  let opened = 0;
  const used = whileUsed(async () => {
    await sleep(1);
    opened++;
    if (opened <= failures) throw new Error('cannot open');
    log.push(`open ${opened}`);
    const number = opened;
    return {
      async close() {
        await sleep(1);
        log.push(`close ${number}`);
      },
    };
  }, 0);
  return { log, used };
}

it('is opened once for concurrent uses, and not again before it is closed', async () => {
  const { log, used } = watched();
  await Promise.all([used.use(() => sleep(2)), used.use(() => sleep(1))]);
  await expect.poll(() => log).toEqual(['open 1', 'close 1']);
  await used.use(async () => {});
  const closing = used.close();
  await used.use(async () => {});
  await closing;
  await expect.poll(() => log).toEqual(['open 1', 'close 1', 'open 2', 'close 2', 'open 3', 'close 3']);
});

it('is opened again after it could not be closed', async () => {
  let opened = 0;
  const used = whileUsed(async () => {
    opened++;
    return { close: () => (opened === 1 ? Promise.reject(new Error('cannot close')) : Promise.resolve()) };
  }, 0);
  await used.use(async () => {});
  await expect(used.close()).rejects.toThrow('cannot close');
  expect(await used.use(async () => 'used')).toBe('used');
  await used.close();
});

it('is opened again after opening failed', async () => {
  const { log, used } = watched(1);
  await expect(used.use(async () => {})).rejects.toThrow('cannot open');
  expect(await used.use(async () => 'used')).toBe('used');
  await used.close();
  expect(log).toEqual(['open 2', 'close 2']);
});
