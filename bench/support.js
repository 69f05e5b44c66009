import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../dist/lib/index.js';

export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'analytics-collect-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

/** Stores the connections of a sandbox in the database that the environment names. */
export async function connectAll(environment, connections) {
  const app = await openApp({ environment });
  for (const connection of connections) await app.addConnection({ ...connection, check: false });
  await app.close();
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Prints lines of a title and a text. */
export function report(lines) {
  const width = Math.max(...lines.map(([title]) => title.length));
  process.stdout.write(`${lines.map(([title, text]) => `${title.padEnd(width)}  ${text}`).join('\n')}\n`);
}
