import { resolve } from 'node:path';
import { backup } from '../../store/backup.js';
import { count } from '../../text.js';
import { keyPath } from '../../tokens/key-file.js';
import { withEmbedded } from '../with-embedded.js';
import { OWNER_ONLY, writeWhole } from '../write-whole.js';

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
    await writeWhole(path, text(), OWNER_ONLY);
    process.stdout.write(
      `wrote ${count(rows, 'row')} to ${path}. The key of the tokens is not in it: keep ${keyPath(dataDir)}, or ENCRYPTION_KEY, elsewhere too\n`,
    );
  });
}
