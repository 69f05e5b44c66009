import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Builds the command anew when a source is newer than the build, so that no test runs yesterday's. */
export default function setup(): void {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...sources.map((file) => changedAt(join('src', file))));
  // What a build writes last: without it, it was not finished.
  const built = Math.min(changedAt('dist/lib/main.js'), changedAt('dist/THIRD_PARTY_LICENSES.txt'));
  if (built < newest) execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
}

/** Ms since the epoch; 0 for what is not there. */
function changedAt(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
