import { readEnvironment, usesEmbeddedStore } from '../environment.js';
import type { CollectFlags } from './options.js';
import { createPlainReporter } from './render/plain.js';
import { isAnimatable } from './render/reporter.js';
import { parseSandbox } from './sandbox-flags.js';
import { isUnattended } from './unattended.js';

/**
 * Printed before anything is loaded, so that the user sees something at once: loading the modules and starting PostgreSQL takes
 * a second or more. Nothing here may import slow modules itself.
 */

interface ReadingFlags {
  readonly sandbox?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** For `collect`. Throws `CollectError` `usage` for an unknown sandbox. */
export function sayRunStarts(flags: CollectFlags): void {
  const { sandbox } = parseSandbox(flags);
  const text = startingText(sandbox !== undefined);
  if (text === null || flags.quiet || flags.json || flags.alertTest) return;
  const stream = process.stderr;
  if (isAnimatable(stream)) stream.write(`${text}\n`);
  else createPlainReporter({ stream, verbose: false }).notice(text);
}

/** For any other command that opens the database. */
export function sayDatabaseStarts({ sandbox = false, json = false }: ReadingFlags = {}): void {
  const text = startingText(sandbox);
  if (text !== null && !json) process.stderr.write(`${text}\n`);
}

/** Null when an external database is opened, or possibly none. */
function startingText(isSandbox: boolean): string | null {
  if (isSandbox) return 'Starting the sandbox …';
  const environment = readEnvironment();
  if (!usesEmbeddedStore(environment) || (isUnattended() && !environment.ANALYTICS_DATA_DIR)) return null;
  return 'Starting an embedded PostgreSQL …';
}
