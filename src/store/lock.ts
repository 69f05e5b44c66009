import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CollectError, hasCode } from '../errors.js';

const BEAT_MS = 5_000;
/** A lock that is not touched for this long belongs to a dead process. Longer than NFS keeps a file's times without asking again. */
const SILENT_MS = 30_000;
const POLL_MS = 1_000;
/** How long the first of several processes that start at once waits for the others to withdraw. */
const YIELD_MS = 1_000;
/** What a socket's address holds on macOS; Linux holds four bytes more. */
const LONGEST_ADDRESS = 103;

/**
 * Locks a folder for this process and returns the function that unlocks it. `setting` is the variable that names the folder.
 * `onLost` is called if another process took the lock over, which can only happen to a process that was suspended. Throws
 * `CollectError` `store_locked`, or `store_refused` when the folder cannot be written to.
 *
 * Each process announces itself with a file of its own before it looks for others, so of two processes at least one sees the other.
 * The file is a socket on which the process listens: the kernel ends that with the process, and tells any other process on the same
 * kernel, in whichever container. Other hosts that share the folder, and file systems without sockets, go by the file's time.
 */
export async function lockFolder(folder: string, setting: string, onLost: () => void): Promise<() => Promise<void>> {
  const kernel = await kernelId(folder);
  const own = await announce(folder, kernel, setting);
  const beat = setInterval(async () => {
    const now = new Date();
    await utimes(join(folder, own.name), now, now).catch((thrown) => {
      if (hasCode(thrown, 'ENOENT')) onLost();
    });
  }, BEAT_MS).unref();
  const unlock = async () => {
    clearInterval(beat);
    await rm(join(folder, own.name), { force: true });
    own.server?.close();
  };

  try {
    await waitForOthers(folder, own.name, kernel, setting);
    return unlock;
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

async function waitForOthers(folder: string, own: string, kernel: string, setting: string): Promise<void> {
  let deadline: number | null = null;
  for (;;) {
    const [first] = await livingLocks(folder, own, kernel);
    if (first === undefined) return;
    deadline ??= performance.now() + YIELD_MS;
    if (first < own || performance.now() > deadline) throw locked(folder, first, kernel, setting);
    await sleep(YIELD_MS / 20);
  }
}

/** The locks of other living processes, in order. Those of dead ones are removed: no process uses a name twice. */
async function livingLocks(folder: string, own: string, kernel: string): Promise<string[]> {
  const others = (await readdir(folder)).filter((name) => /^lock(-|$)/.test(name) && name !== own);
  const living = await Promise.all(
    others.map(async (name) => {
      if (await isAlive(folder, name, kernel)) return [name];
      await rm(join(folder, name), { force: true });
      return [];
    }),
  );
  return living.flat().sort();
}

async function isAlive(folder: string, name: string, kernel: string): Promise<boolean> {
  if (name === 'lock') return isHeldByEarlierVersion(join(folder, name));
  const file = await stat(join(folder, name)).catch(() => null);
  if (file?.isSocket()) {
    const refusal = await knock(folder, name);
    // EAGAIN: more processes are knocking than the owner has answered.
    if (refusal === null || refusal === 'EAGAIN') return true;
    if (refusal === 'ECONNREFUSED' && name.startsWith(`lock-${kernel}-`)) return false;
  }
  return isTouched(join(folder, name));
}

/** Up to version 0.2.0, the file held its owner's process id and was not touched. The id may be another program's now. */
async function isHeldByEarlierVersion(path: string): Promise<boolean> {
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (!hasCode(thrown, 'EPERM')) return false;
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command === null || command.includes('analytics-collect');
}

/** Compares a file's time with itself only, since clocks of different hosts may differ. */
async function isTouched(path: string): Promise<boolean> {
  const before = await touchedAt(path);
  for (let waited = 0; before !== null && waited < SILENT_MS; waited += POLL_MS) {
    await sleep(POLL_MS);
    const after = await touchedAt(path);
    if (after !== before) return after !== null;
  }
  return false;
}

function touchedAt(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

/** Named once it listens: until then it would look like the lock of a dead process. */
async function announce(
  folder: string,
  kernel: string,
  setting: string,
): Promise<{ readonly name: string; readonly server: Server | null }> {
  const name = `lock-${kernel}-${randomBytes(6).toString('hex')}-${process.pid}-${hostName()}`;
  const unready = `.${name}`;
  const server = await listenIn(folder, unready);
  try {
    if (server === null) await writeFile(join(folder, unready), '', { mode: 0o600 });
    await rename(join(folder, unready), join(folder, name));
  } catch (thrown) {
    server?.close();
    const fix = `Set ${setting} to a writable folder.`;
    throw new CollectError('store_refused', `Cannot write to the data folder ${folder}.`, fix, { cause: thrown });
  }
  return { name, server };
}

/** Null where no socket can be had. */
function listenIn(folder: string, name: string): Promise<Server | null> {
  const listen = (address: string) =>
    new Promise<Server | null>((resolve) => {
      const server = createServer((caller) => caller.destroy()).unref();
      server.on('error', () => resolve(null));
      server.listen(address, () => resolve(server));
    });
  return withAddress(folder, name, listen).catch(() => null);
}

/** Null if a process listens, otherwise why nobody answered. */
function knock(folder: string, name: string): Promise<string | null> {
  const call = (address: string) =>
    new Promise<string | null>((resolve) => {
      const socket = connect(address, () => {
        socket.destroy();
        resolve(null);
      });
      socket.on('error', (thrown: NodeJS.ErrnoException) => resolve(thrown.code ?? ''));
    });
  return withAddress(folder, name, call).catch(() => '');
}

/** An address holds about a hundred bytes, and Node cuts longer ones off: on Linux the folder is named by a short alias. */
async function withAddress<T>(folder: string, name: string, use: (address: string) => Promise<T>): Promise<T> {
  if (process.platform === 'linux') {
    const handle = await open(folder, 'r');
    return use(`/proc/self/fd/${handle.fd}/${name}`).finally(() => handle.close());
  }
  const address = join(folder, name);
  if (Buffer.byteLength(address) > LONGEST_ADDRESS) throw new Error('the folder has too long a name for a socket');
  return use(address);
}

/**
 * The same for all processes that share a kernel and see the folder through the same mount, without which the kernel does not find
 * a socket's owner; and another after a reboot where the kernel tells.
 */
async function kernelId(folder: string): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const { dev } = await stat(folder);
  return createHash('sha256').update(`${id.trim()} ${dev}`).digest('hex').slice(0, 8);
}

function hostName(): string {
  return hostname()
    .replaceAll(/[^\w.-]/g, '')
    .slice(0, 40);
}

function locked(folder: string, name: string, kernel: string, setting: string): CollectError {
  const [, where, pid, host] = /^lock-(\w+)-\w+-(\d+)-(.*)$/.exec(name) ?? [];
  const elsewhere = where === kernel && host === hostName() ? '' : ` on ${host}`;
  return new CollectError(
    'store_locked',
    `The embedded PostgreSQL in ${folder} is in use by ${pid === undefined ? 'another process' : `process ${pid}${elsewhere}`}.`,
    `Wait for that process to end, or set ${setting} to another folder.`,
  );
}
