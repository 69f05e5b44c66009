import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's folder: both the sources and what is built of them lie two levels below it. */
const ROOT = new URL('../../', import.meta.url);

/** The package's version, from its package.json. */
export function readVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  return version;
}

/** The file that starts the command. */
export function binPath(): string {
  return fileURLToPath(new URL('bin/analytics-collect.js', ROOT));
}
