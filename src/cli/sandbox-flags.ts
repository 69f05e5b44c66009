import type { AppOptions } from '../app.js';
import { CollectError } from '../errors.js';
import type { SandboxKind } from '../sandbox/kinds.js';

export interface SandboxFlags {
  readonly sandbox?: SandboxKind | undefined;
  readonly keep?: true | undefined;
}

/** What `openApp` is told of the sandbox: nothing without `--sandbox`. Throws `CollectError` `usage`. */
export function parseSandbox({ sandbox, keep }: SandboxFlags): Pick<AppOptions, 'sandbox' | 'keptSandbox'> {
  if (sandbox === undefined) {
    if (keep) throw new CollectError('usage', '--keep needs --sandbox.', 'Add --sandbox, or leave out --keep.');
    return {};
  }
  return { sandbox, ...(keep && { keptSandbox: 'create' }) };
}

/** Of the commands that read: the database that `collect --sandbox --keep` left. */
export function parseKeptSandbox({
  sandbox,
}: {
  readonly sandbox?: true | undefined;
}): Pick<AppOptions, 'sandbox' | 'keptSandbox'> {
  return sandbox ? { sandbox: 'healthy', keptSandbox: 'existing' } : {};
}
