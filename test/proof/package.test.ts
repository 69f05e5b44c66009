import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { daysAgo } from '../e2e/support/truth.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

describe('the package, installed into an empty folder', () => {
  let folder: string;
  let files: string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'analytics-collect-package-'));
    // Without its scripts, which would build anew under the feet of the tests beside this one.
    const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: ROOT,
    });
    const [tarball] = await readdir(folder);
    files = JSON.parse(packed.stdout)[0].files.map(({ path }: { path: string }) => path);
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball ?? '')], {
      cwd: folder,
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('contains what it needs and no development files', () => {
    const needed = [
      ...['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'crontab.example', 'bin/analytics-collect.js'],
      ...['dist/lib/main.js', 'dist/lib/index.js', 'dist/types/index.d.ts', 'dist/lib/migrations/001_tables.sql'],
      'examples/hacker-news.ts',
    ];
    expect(needed.filter((path) => !files.includes(path))).toEqual([]);
    expect(files.filter((path) => /^(src|test|bench|\.)|\.test\.|^(?!examples\/).*(?<!\.d)\.ts$/.test(path))).toEqual(
      [],
    );
  });

  it('runs the command', async () => {
    const version = await run('npx', ['--no-install', 'analytics-collect', '--version'], { cwd: folder });
    expect(version.stdout).toBe(`${packageJson.version}\n`);
    const collected = await run(
      'npx',
      ['--no-install', 'analytics-collect', 'collect', '--sandbox', '--platform', 'linkedin', '--date', daysAgo(10)],
      { cwd: folder },
    );
    expect(collected.stdout).toMatch(/connections +([1-9]\d*) of \1 ok/);
  });

  it('has types that compile with nothing else installed, the types of libraries checked', async () => {
    const program =
      "import * as all from 'analytics-collect';\nexport const summary: all.Summary = await (await all.openApp()).collect();\n";
    await writeFile(join(folder, 'program.mts'), program);
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck', 'false'];
    await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...flags, 'program.mts'], {
      cwd: folder,
    });
  });

  it('can be imported', async () => {
    const script = "const { openApp } = await import('analytics-collect'); process.stdout.write(typeof openApp)";
    const imported = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    expect(imported.stdout).toBe('function');
  });
});
