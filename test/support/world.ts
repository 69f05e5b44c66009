import { type Clock, DAY_MS } from '../../src/clock.js';
import { type CollectOptions, DEFAULTS } from '../../src/collector/options.js';
import { loadConfig } from '../../src/config.js';
import type { NonEmpty, Platform } from '../../src/platforms/contract.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import type { CollectEvent } from '../../src/report/events.js';
import type { Summary } from '../../src/report/summary.js';
import { collect } from '../../src/run/collect.js';
import { connectionOf, type SandboxAccount } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.js';
import type { Store } from '../../src/store/store.js';
import { generateKey } from '../../src/tokens/fernet.js';
import { createKeyring, type Keyring } from '../../src/tokens/keyring.js';
import type { Environment } from '../../src/variables.js';
import { hastyClock } from './clock.js';
import { freshPglite, type Sql } from './database.js';
import { nonEmpty } from './non-empty.js';

/** One engine for all test files of a worker: a world finds it empty. It ends with the process. */
let engine: ReturnType<typeof freshPglite> | undefined;

/** The sandbox, a database and a clock that a test sets: a run there is a real one but for the other end. One at a time. */
export interface World {
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly query: Sql['query'];
  readonly keyring: Keyring;
  readonly platforms: ReadonlyMap<string, Platform>;
  now: Date;
  collect(options?: Partial<CollectOptions>, onEvent?: (event: CollectEvent) => void): Promise<Summary>;
  /** A run on each of the following days, one at least. */
  collectDaily(days: number): Promise<NonEmpty<Summary>>;
  /** Connects an account, its tokens encrypted unless `ciphertext` is given in their place. */
  connect(account: SandboxAccount, ciphertext?: string): Promise<string>;
  close(): Promise<void>;
}

export interface WorldOptions extends Omit<SandboxOptions, 'now'> {
  readonly now: Date;
  /** Those of the sandbox's accounts that are connected from the start. Default: all of them. */
  readonly connected?: readonly SandboxAccount[];
  /** In the place of the built ones. */
  readonly platforms?: ReadonlyMap<string, Platform>;
  /** In the place of one that a test sets, and that does not wait. */
  readonly clock?: Clock;
  /** Over the sandbox's addresses and its app. */
  readonly environment?: Environment;
  /** Default: false. */
  readonly renewsTokens?: boolean;
  /** Puts something between the run and its store. */
  readonly between?: (store: Store) => Store;
}

export async function createWorld({
  now,
  between = (store) => store,
  connected,
  platforms: given,
  clock: simulated,
  environment,
  renewsTokens = false,
  ...options
}: WorldOptions): Promise<World> {
  const sandbox = await startSandbox({ ...options, now: () => clock.now(), record: true });
  const clock = simulated ?? hastyClock(() => world.now);
  engine ??= freshPglite();
  const database = await engine;
  await database.query(
    `truncate platform_connections, analytics_snapshots, analytics_account_snapshots, collection_runs, collection_accounts
     restart identity cascade`,
  );
  const config = loadConfig({ ...sandbox.urls, ...SANDBOX_CREDENTIALS, ...environment, ENCRYPTION_KEY: generateKey() });
  const keyring = createKeyring(config.encryptionKey ?? '', { allowPlaintext: false });
  const platforms = given ?? createPlatforms(config);
  const standingBetween = (store: Store): Store => ({
    ...between(store),
    patient: (patience) => standingBetween(store.patient(patience)),
  });
  const collector = {
    store: standingBetween(database.store),
    keyring,
    renewsTokens,
    platforms,
    // Waits between attempts are held to elsewhere.
    clock,
    secrets: [],
  };
  const world: World = {
    sandbox,
    store: database.store,
    query: database.query,
    keyring,
    platforms,
    now,
    collect: (given, onEvent = () => undefined) =>
      collect(
        collector,
        {
          ...DEFAULTS,
          concurrency: 8,
          trigger: 'test',
          signal: new AbortController().signal,
          ...given,
        },
        onEvent,
      ),
    async collectDaily(days) {
      const summaries: Summary[] = [];
      for (let day = 0; day < days; day++) {
        world.now = new Date(world.now.getTime() + DAY_MS);
        summaries.push(await world.collect());
      }
      return nonEmpty(summaries);
    },
    connect: async (account, ciphertext) => {
      const connection = connectionOf(account);
      const { id } = await database.store.saveConnection({
        ...connection,
        accessToken: ciphertext ?? keyring.encrypt(connection.accessToken),
        refreshToken: connection.refreshToken === null ? null : keyring.encrypt(connection.refreshToken),
      });
      return id;
    },
    close: () => sandbox.close(),
  };
  for (const account of connected ?? options.accounts) await world.connect(account);
  return world;
}
