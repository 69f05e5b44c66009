import type { AppOptions } from '../app.js';
import { CollectError } from '../errors.js';
import type { SandboxKind } from '../sandbox/kinds.js';

export interface SandboxFlags {
  readonly sandbox?: SandboxKind | undefined;
  readonly keep?: true | undefined;
}

/** The options of `openApp` that describe the sandbox: none without `--sandbox`. Throws `CollectError` `usage`. */
export function parseSandbox({ sandbox, keep }: SandboxFlags): Pick<AppOptions, 'sandbox' | 'keptSandbox'> {
  if (sandbox === undefined) {
    if (keep) throw new CollectError('usage', '--keep needs --sandbox.', 'Add --sandbox, or leave out --keep.');
    return {};
  }
  return { sandbox, ...(keep && { keptSandbox: 'create' }) };
}

/** For commands that only read: the database that `collect --sandbox --keep` left. */
export function parseKeptSandbox({
  sandbox,
}: {
  readonly sandbox?: true | undefined;
}): Pick<AppOptions, 'sandbox' | 'keptSandbox'> {
  return sandbox ? { sandbox: 'healthy', keptSandbox: 'existing' } : {};
}

/** What a command that is named to the user needs in addition, to read what this one reads. */
export type SandboxFlag = '' | ' --sandbox';

export function sandboxFlag({ sandbox }: { readonly sandbox?: true | undefined }): SandboxFlag {
  return sandbox ? ' --sandbox' : '';
}
