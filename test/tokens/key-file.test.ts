import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseFernetKey } from '../../src/tokens/fernet.js';
import { loadOrCreateKey } from '../../src/tokens/key-file.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-file-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('makes a key once, readable by its owner alone', async () => {
  const dataDir = join(folder, 'deep', 'data');
  const first = await loadOrCreateKey(dataDir);
  const second = await loadOrCreateKey(dataDir);

  expect(first).toEqual({ key: expect.any(String), created: true, path: join(dataDir, 'encryption.key') });
  expect(parseFernetKey(first.key)).not.toBeNull();
  expect(second).toEqual({ ...first, created: false });
  expect((await stat(first.path)).mode & 0o777).toBe(0o600);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

test('a damaged key file is reported and left as it is', async () => {
  const path = join(folder, 'encryption.key');
  await writeFile(path, 'damaged');
  await expect(loadOrCreateKey(folder)).rejects.toMatchObject({ code: 'config_invalid' });
  expect(await readFile(path, 'utf8')).toBe('damaged');
});

test('a folder that cannot be made is reported with the way out', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  await expect(loadOrCreateKey(path)).rejects.toMatchObject({
    code: 'config_invalid',
    fix: expect.stringContaining('ANALYTICS_DATA_DIR'),
  });
});
