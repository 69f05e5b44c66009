import { open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasCode } from '../../errors.js';
import { backup } from '../../store/backup.js';
import { count } from '../../text.js';
import { keyPath } from '../../tokens/key-file.js';
import { fileError } from '../file-error.js';
import { withEmbedded } from '../with-embedded.js';

export async function backupCommand(file: string): Promise<void> {
  const path = resolve(file);
  await withEmbedded(async (store, dataDir) => {
    let rows = 0;
    async function* text() {
      for await (const piece of backup(store.engine)) {
        rows += piece.rows;
        yield piece.text;
      }
    }
    await writeWhole(await targetOf(path), text());
    process.stdout.write(
      `wrote ${count(rows, 'row')} to ${path}. The key of the tokens is not in it: keep ${keyPath(dataDir)}, or ENCRYPTION_KEY, elsewhere too\n`,
    );
  });
}

/** Where a symbolic link leads, so that it is not replaced by a file. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw fileError(path, 'written', cause);
    const target = await readlink(path).catch(() => null);
    return target === null ? path : targetOf(resolve(dirname(path), target));
  }
}

/** Writes a file, readable by its owner only, that appears under its name once it is whole. */
async function writeWhole(path: string, chunks: AsyncIterable<string>): Promise<void> {
  const existing = await stat(path).catch(() => null);
  if (existing !== null && !existing.isFile()) throw fileError(path, 'written', new Error('it is not a file'));
  const unfinished = `${path}.part`;
  const done = <T>(work: Promise<T>) =>
    work.catch((cause) => {
      throw fileError(path, 'written', cause);
    });
  await done(rm(unfinished, { force: true }));
  const handle = await done(open(unfinished, 'wx', 0o600));
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
