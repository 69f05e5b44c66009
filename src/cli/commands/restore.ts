import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { restore } from '../../store/backup.js';
import { count } from '../../text.js';
import { keyPath } from '../../tokens/key-file.js';
import { fileError } from '../file-error.js';
import { withEmbedded } from '../with-embedded.js';

export async function restoreCommand(file: string): Promise<void> {
  const path = resolve(file);
  // Before PostgreSQL is started, which takes seconds.
  const handle = await open(path).catch((cause: unknown) => {
    throw fileError(path, 'read', cause);
  });
  let rows = 0;
  await withEmbedded(
    async (_store, dataDir) => {
      process.stdout.write(
        `restored ${count(rows, 'row')} into ${dataDir}. The tokens need the key that encrypted them: ${keyPath(dataDir)}, or ENCRYPTION_KEY\n`,
      );
    },
    async (engine) => {
      rows = await restore(engine, readFrom(handle, path));
    },
  );
}

async function* readFrom(handle: FileHandle, path: string): AsyncGenerator<string> {
  const stream = handle.createReadStream({ encoding: 'utf8' });
  const chunks = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw fileError(path, 'read', cause);
    });
    if (next.done) return;
    yield next.value;
  }
}
