import type { Fault, SandboxPlatform } from '../sandbox/account.js';
import type { NewConnection } from '../store/store.js';
import type { Environment } from '../variables.js';
import { parseSandboxOptions } from './options.js';

/** What the platforms of a sandbox are like. */
export interface SandboxOptions {
  /** How many made-up users. Default: 150. */
  readonly users?: number;
  /** Each user has an account on each of these. Default: on two of Instagram, Facebook, YouTube and LinkedIn, and some access tokens have expired. */
  readonly platforms?: readonly SandboxPlatform[];
  /** What is wrong with the account at an index of `connections`; undefined for nothing. */
  readonly fault?: (index: number) => Fault | undefined;
  /** Milliseconds by which every answer is delayed. Default: 0. */
  readonly latencyMs?: number;
}

/** A running sandbox: the platforms' APIs in miniature. */
export interface Sandbox {
  /** The variables that make a run use the sandbox instead of the platforms. */
  readonly environment: Environment;
  /** The made-up accounts, for `addConnection`. Their tokens are not encrypted, and are valid nowhere else. */
  readonly connections: readonly NewConnection[];
  /** Stops serving. */
  close(): Promise<void>;
}

/**
 * Serves the platforms' APIs in miniature on a loopback port, with made-up accounts, until it is closed: for tests of programs that
 * use this library or read its tables.
 * Throws `CollectError` `usage` for wrong options.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { fault, latencyMs = 0, ...population } = parseSandboxOptions(options);
  const [server, { population: populate }, { connectionOf }] = await Promise.all([
    import('../sandbox/server.js'),
    import('../sandbox/population.js'),
    import('../sandbox/account.js'),
  ]);
  const accounts = populate(population).map((account, index) => {
    const wrong = fault?.(index);
    return wrong === undefined ? account : { ...account, fault: wrong };
  });
  const { environment, close } = await server.startSandbox({ accounts, latencyMs });
  return { environment, connections: accounts.map(connectionOf), close };
}
