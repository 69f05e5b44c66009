import type { AppOptions } from '../app.js';
import { CollectError } from '../errors.js';

export interface SandboxFlags {
  /** True when given without a value. */
  readonly sandbox?: string | true | undefined;
  readonly keep?: true | undefined;
}

/** `late` makes its own runs, and does not come here. */
const KINDS = ['healthy', 'faulty'] as const;

/** What `openApp` is told of the sandbox: nothing without `--sandbox`. Throws `CollectError` `usage`. */
export function parseSandbox({ sandbox, keep }: SandboxFlags): Pick<AppOptions, 'sandbox' | 'keptSandbox'> {
  if (sandbox === undefined) {
    if (keep) throw new CollectError('usage', '--keep needs --sandbox.', 'Add --sandbox, or leave out --keep.');
    return {};
  }
  const kind = sandbox === true ? 'healthy' : KINDS.find((known) => known === sandbox);
  if (kind === undefined) {
    throw new CollectError(
      'usage',
      `--sandbox must be healthy, faulty or late, not ${JSON.stringify(sandbox)}.`,
      'For example --sandbox faulty.',
    );
  }
  return { sandbox: kind, ...(keep && { keptSandbox: 'create' }) };
}

/** Of the commands that read: the database that `collect --sandbox --keep` left. */
export function parseKeptSandbox({
  sandbox,
}: {
  readonly sandbox?: true | undefined;
}): Pick<AppOptions, 'sandbox' | 'keptSandbox'> {
  return sandbox ? { sandbox: 'healthy', keptSandbox: 'existing' } : {};
}
