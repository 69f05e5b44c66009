import type { AppOptions } from '../app.js';
import { CollectError } from '../errors.js';

export interface SandboxFlags {
  /** True when given without a value. */
  readonly sandbox?: string | true | undefined;
  readonly keep?: true | undefined;
}

/** Without `late`, which has its own command. */
const KINDS = ['healthy', 'faulty'] as const;

/** The options of `openApp` that describe the sandbox: none without `--sandbox`. Throws `CollectError` `usage`. */
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

/** For commands that only read: the database that `collect --sandbox --keep` left. */
export function parseKeptSandbox({
  sandbox,
}: {
  readonly sandbox?: true | undefined;
}): Pick<AppOptions, 'sandbox' | 'keptSandbox'> {
  return sandbox ? { sandbox: 'healthy', keptSandbox: 'existing' } : {};
}
