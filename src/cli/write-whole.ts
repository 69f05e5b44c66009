import { open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasCode } from '../errors.js';
import { fileError } from './file-error.js';

/** The mode of a file that only its owner can read. */
export const OWNER_ONLY = 0o600;
const USUAL = 0o666;

/** Writes a file that gets its name once it is complete; the umask and the mode of a replaced file narrow its mode. */
export async function writeWhole(
  named: string,
  chunks: AsyncIterable<string> | Iterable<string>,
  mode = USUAL,
): Promise<void> {
  const path = await targetOf(named);
  const existing = await stat(path).catch(() => null);
  if (existing !== null && !existing.isFile()) throw fileError(path, 'written', new Error('it is not a file'));
  const unfinished = `${path}.part`;
  const done = <T>(work: Promise<T>) =>
    work.catch((cause) => {
      throw fileError(path, 'written', cause);
    });
  await done(rm(unfinished, { force: true }));
  const handle = await done(open(unfinished, 'wx', existing === null ? mode : mode & existing.mode));
  try {
    for await (const chunk of chunks) await done(handle.appendFile(chunk));
    await done(handle.sync());
    await handle.close();
    await done(rename(unfinished, path));
  } catch (thrown) {
    await handle.close();
    await rm(unfinished, { force: true });
    throw thrown;
  }
}

/** The target of a symbolic link, so that the link is not replaced by a file. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw fileError(path, 'written', cause);
    const target = await readlink(path).catch(() => null);
    return target === null ? path : targetOf(resolve(dirname(path), target));
  }
}
