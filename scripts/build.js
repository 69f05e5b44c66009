/*
 * Builds dist/: the command and the library bundled, so that a start reads few files; types and the schema's SQL beside them.
 * Packages are bundled too, but for those that bring files of their own, which are the package's dependencies, and those that
 * are installed only by who wants them, which are its peers.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** A dependency for its types alone, which are part of ours. */
const BUNDLED = ['zod'];
const installed = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !BUNDLED.includes(name));

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
execFileSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });

const bundle = await rolldown({
  cwd: ROOT,
  input: {
    main: 'src/cli/main.ts',
    index: 'src/index.ts',
    'engine-thread': 'src/store/drivers/engine-thread.js',
  },
  platform: 'node',
  external: installed.map((name) => new RegExp(`^${name}(/|$)`)),
});
const { output } = await bundle.write({
  // As deep as the sources, which look for package.json and the SQL from where they are.
  dir: 'dist/lib',
  format: 'esm',
  sourcemap: true,
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();

const sql = readdirSync(join(ROOT, 'src/store'), { withFileTypes: true }).filter(
  (entry) => entry.name.endsWith('.sql') || ['functions', 'migrations', 'views'].includes(entry.name),
);
for (const { name } of sql) cpSync(join(ROOT, 'src/store', name), join(ROOT, 'dist/lib', name), { recursive: true });

const packages = new Set(
  output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])).flatMap((id) => packageOf(id) ?? []),
);
writeFileSync(join(ROOT, 'dist/THIRD_PARTY_LICENSES.txt'), [...packages].sort().map(notice).join('\n\n'));

/** The folder of the package that a module belongs to; null for one of ours. */
function packageOf(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? null;
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8') : ''}`;
}
