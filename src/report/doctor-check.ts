import { CollectError } from '../errors.js';
import { redact } from '../http/redact.js';
import { capitalized, formatNumber, oneLine } from '../text.js';

/** What a check is about. Several checks may have the same name: one for each mistake in the settings, or for each platform. */
type CheckName =
  | 'settings'
  | 'store'
  | 'disk'
  | 'connection'
  | 'tls'
  | 'schema'
  | 'rights'
  | 'findings'
  | 'accounts'
  | 'key'
  | 'tokens'
  | 'refresh'
  | 'schedule'
  | 'last_run'
  | 'sharing'
  | 'api'
  | 'version'
  | 'clock'
  | 'live'
  | 'data';

/** The result of one check: `ok` and `info` together mean that all is well, `info` without `ok` that it could not be checked. */
export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
  readonly level: 'error' | 'warning' | 'info';
  readonly message: string;
  /** What to do, as a sentence; null if nothing. */
  readonly fix: string | null;
  /** The command that helps, if there is one. */
  readonly next?: string;
}

export function passed(name: CheckName, message: string): Check {
  return { name, ok: true, level: 'info', message, fix: null };
}

export function failed(
  name: CheckName,
  level: 'error' | 'warning',
  message: string,
  fix: string,
  next?: string,
): Check {
  return { name, ok: false, level, message, fix, ...(next !== undefined && { next }) };
}

export function unchecked(name: CheckName, why: string): Check {
  return { name, ok: false, level: 'info', message: `Not checked: ${why}.`, fix: null };
}

/** A check that ended with an error. */
export function thrown(name: CheckName, error: unknown): Check {
  if (error instanceof CollectError) return failed(name, 'error', error.message, error.fix);
  const why = error instanceof Error ? error.message : String(error);
  return failed(
    name,
    'error',
    `${capitalized(oneLine(redact(why)))}.`,
    'Run it again; if it persists, report the message.',
  );
}

/** Runs a check; if it throws, it has failed, and the others continue. */
export async function attempt(name: CheckName, work: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await work();
  } catch (error) {
    return [thrown(name, error)];
  }
}

/** Counts in words: `3 instagram, 1 youtube`. */
export function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, number]) => `${formatNumber(number)} ${name}`)
    .join(', ');
}

/** Whether nothing failed that keeps runs from collecting. */
export function isWell(checks: readonly Check[]): boolean {
  return !checks.some(({ ok, level }) => !ok && level === 'error');
}
