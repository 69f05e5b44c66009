import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder } from '../../src/store/lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'analytics-collect-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const lock = (onLost: () => void = () => undefined) => lockFolder(folder, 'ANALYTICS_DATA_DIR', onLost);

/** A process that holds a lock of this name, which no process has held yet. */
async function hold(name: string): Promise<ChildProcess> {
  const program = `process.chdir(${JSON.stringify(folder)}); require('net').createServer().listen(${JSON.stringify(name)}, () => console.log())`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

it('belongs to one process until it unlocks the folder', async () => {
  const unlock = await lock();
  await expect(lock()).rejects.toMatchObject({
    code: 'store_locked',
    message: expect.stringContaining(`process ${process.pid}.`),
  });
  await unlock();
  await (await lock())();
  expect(await readdir(folder)).toEqual([]);
});

it('belongs to a living process, and to nobody once that is killed, although its id is in use', async () => {
  const unlock = await lock();
  const [name = ''] = await readdir(folder);
  await unlock();
  const owner = await hold(name);
  await expect(lock()).rejects.toMatchObject({ code: 'store_locked' });
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(await readdir(folder)).toEqual([name]);
  await (await lock())();
  expect(await readdir(folder)).toEqual([]);
});

it('belongs to a living process of an earlier version, which wrote its id into a file', async () => {
  const earlier = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', 'analytics-collect']);
  await once(earlier, 'spawn');
  await writeFile(join(folder, 'lock'), `${earlier.pid}\n`);
  await expect(lock()).rejects.toMatchObject({ code: 'store_locked' });
  earlier.kill('SIGKILL');
  await once(earlier, 'exit');
  await writeFile(join(folder, 'lock'), `${process.ppid}\n`);
  await (await lock())();
  expect(await readdir(folder)).toEqual([]);
});

it('goes to one of the processes that start at once', async () => {
  for (let round = 0; round < 10; round++) {
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => lock()));
    const unlocks = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(unlocks).toHaveLength(1);
    await unlocks[0]?.();
  }
});

it('belongs to a process of another host as long as that touches its file', async () => {
  const name = 'lock-00000000-abcdef-7-elsewhere';
  await writeFile(join(folder, name), '');
  const beat = setInterval(() => utimes(join(folder, name), new Date(), new Date()), 200);
  await expect(lock().finally(() => clearInterval(beat))).rejects.toMatchObject({
    code: 'store_locked',
    message: expect.stringContaining('process 7 on elsewhere'),
  });
  expect(await readdir(folder)).toEqual([name]);
});

it('holds in a folder whose path is longer than the address of a socket', async () => {
  folder = join(folder, 'x'.repeat(150));
  await mkdir(folder);
  const unlock = await lock();
  await expect(lock()).rejects.toMatchObject({ code: 'store_locked' });
  await unlock();
});

it('is lost, and its owner told, when another process removes it', async () => {
  let told = () => {};
  const lost = new Promise<void>((resolve) => {
    told = resolve;
  });
  const unlock = await lock(told);
  for (const name of await readdir(folder)) await rm(join(folder, name));
  await lost;
  await unlock();
});
