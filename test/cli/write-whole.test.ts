import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWhole } from '../../src/cli/write-whole.js';

it.skipIf(process.platform === 'win32')(
  'a replaced file stays unreadable for those who could not read it',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'analytics-collect-'));
    try {
      const path = join(folder, 'report.html');
      await writeFile(path, 'before');
      await chmod(path, 0o600);
      await writeWhole(path, ['after']);
      expect(await readFile(path, 'utf8')).toBe('after');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
