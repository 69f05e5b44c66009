import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CollectError, hasCode } from '../errors.js';

/** Locks that this process holds: after a crash in a container, a new process may find its own pid in an old lock. */
const held = new Set<string>();

/**
 * Locks a folder for this process with a file `lock` that holds its pid, and returns the function that unlocks it. A lock whose
 * process is dead is taken over. `setting` is the variable that names the folder. Throws `CollectError` `store_locked`, or
 * `store_refused` when the folder cannot be written to.
 */
export async function lockFolder(folder: string, setting: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const own = join(folder, `lock.${process.pid}`);
  if (held.has(path)) throw locked(folder, process.pid, setting);

  try {
    await writeFile(own, `${process.pid}\n`, { mode: 0o600 });
  } catch (thrown) {
    const fix = `Set ${setting} to a writable folder.`;
    throw new CollectError('store_refused', `Cannot write to the data folder ${folder}.`, fix, { cause: thrown });
  }
  try {
    // Linking is atomic: no other process can read a lock without its pid.
    if (!(await linked(own, path))) {
      await clearStale(folder, path, setting);
      if (!(await linked(own, path))) throw locked(folder, await holder(path), setting);
    }
  } finally {
    await rm(own, { force: true });
  }

  held.add(path);
  return async () => {
    held.delete(path);
    await rm(path, { force: true });
  };
}

/** Renames the lock before checking it again, so that two processes cannot both clear the same one. */
async function clearStale(folder: string, path: string, setting: string): Promise<void> {
  const pid = await holder(path);
  if (isAlive(pid)) throw locked(folder, pid, setting);

  const aside = `${path}.stale.${process.pid}`;
  if (!(await renamed(path, aside))) return;
  const moved = await holder(aside);
  if (isAlive(moved)) {
    await linked(aside, path);
    await unlink(aside);
    throw locked(folder, moved, setting);
  }
  await unlink(aside);
}

async function holder(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) ? undefined : pid;
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: the process is alive and belongs to another user.
    return hasCode(thrown, 'EPERM');
  }
}

function linked(from: string, to: string): Promise<boolean> {
  return did(link(from, to), 'EEXIST');
}

function renamed(from: string, to: string): Promise<boolean> {
  return did(rename(from, to), 'ENOENT');
}

async function did(work: Promise<void>, unlessCode: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (thrown) {
    if (hasCode(thrown, unlessCode)) return false;
    throw thrown;
  }
}

function locked(folder: string, pid: number | undefined, setting: string): CollectError {
  return new CollectError(
    'store_locked',
    `The embedded PostgreSQL in ${folder} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}.`,
    `Wait for that process to end, or set ${setting} to another folder.`,
  );
}
