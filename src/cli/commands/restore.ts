import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { restore } from '../../store/backup.js';
import { count } from '../../text.js';
import { keyPath } from '../../tokens/key-file.js';
import { fileError } from '../file-error.js';
import { withEmbedded } from '../with-embedded.js';

export async function restoreCommand(file: string): Promise<void> {
  const path = resolve(file);
  let rows = 0;
  await withEmbedded(
    async (_store, dataDir) => {
      process.stdout.write(
        `restored ${count(rows, 'row')} into ${dataDir}. The tokens need the key that encrypted them: ${keyPath(dataDir)}, or ENCRYPTION_KEY\n`,
      );
    },
    async (engine) => {
      rows = await restore(engine, readFrom(path));
    },
  );
}

async function* readFrom(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, 'utf8');
  const chunks = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw fileError(path, 'read', cause);
    });
    if (next.done) return;
    yield next.value;
  }
}
