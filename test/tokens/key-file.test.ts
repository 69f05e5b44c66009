import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseFernetKey } from '../../src/tokens/fernet.js';
import { createKey, keyPath, readKey } from '../../src/tokens/key-file.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-file-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('creates a key, readable only by its owner, and reads it back', async () => {
  const dataDir = join(folder, 'deep', 'data');
  const path = keyPath(dataDir);
  expect(await readKey(path)).toBeNull();
  const key = await createKey(path);

  expect(path).toBe(join(dataDir, 'encryption.key'));
  expect(parseFernetKey(key)).not.toBeNull();
  expect(await readKey(path)).toBe(key);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

test('never overwrites a key', async () => {
  const path = keyPath(folder);
  const key = await createKey(path);
  await expect(createKey(path)).rejects.toMatchObject({ code: 'config_invalid' });
  expect(await readKey(path)).toBe(key);
});

test('reports a damaged key file and leaves it unchanged', async () => {
  const path = keyPath(folder);
  await writeFile(path, 'damaged');
  await expect(readKey(path)).rejects.toMatchObject({ code: 'config_invalid' });
  expect(await readFile(path, 'utf8')).toBe('damaged');
});

test('reports a folder that cannot be created, with what to do', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  await expect(createKey(keyPath(path))).rejects.toMatchObject({
    code: 'config_invalid',
    fix: expect.stringContaining('ANALYTICS_DATA_DIR'),
  });
});
