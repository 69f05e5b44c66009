import { join, resolve } from 'node:path';
import { type Config, loadConfig } from './config.js';
import { readEnvironment } from './environment.js';
import { CollectError } from './errors.js';
import type { OpenStore } from './open-store.js';
import type { Platform } from './platforms/contract.js';
import type { PlatformDefinition } from './platforms/definition.js';
import { createPlatforms } from './platforms/registry.js';
import { connectionOf, SANDBOX_PLATFORMS, type SandboxAccount } from './sandbox/account.js';
import type { SandboxKind } from './sandbox/kinds.js';
import { latePopulation } from './sandbox/late.js';
import { FAULTY_REFUSED_METRICS, population } from './sandbox/population.js';
import { startSandbox } from './sandbox/server.js';
import { type EmbeddedStore, hasEmbeddedStore, openEmbeddedStore, openMemoryStore } from './store/drivers/embedded.js';
import type { Store } from './store/store.js';
import { generateKey } from './tokens/fernet.js';
import { createKey, readKey } from './tokens/key-file.js';
import { createKeyring, type Keyring } from './tokens/keyring.js';
import type { Environment } from './variables.js';

/** Which sandbox to open, and where its database is. */
export interface SandboxSettings {
  /** Use the platforms' APIs in miniature, and made-up accounts, instead of what the environment configures. */
  readonly sandbox: SandboxKind;
  /** Platforms that are asked for: each that none of the usual accounts is on gets accounts, too. Default: none. */
  readonly sandboxPlatforms?: readonly string[];
  /** Use the database in `ANALYTICS_SANDBOX_DIR`, and create it if it is missing (`create`) or not (`existing`). Default: one in memory. */
  readonly keptSandbox?: 'create' | 'existing';
  /** Default: the process's environment over `.env`. */
  readonly environment?: Environment;
  readonly now?: () => Date;
  /** Platforms in addition to the built-in ones, or in place of those with the same name. See `definePlatform`. */
  readonly ownPlatforms?: readonly PlatformDefinition[];
}

export interface OpenSandbox extends OpenStore {
  readonly config: Config;
  readonly platforms: ReadonlyMap<string, Platform>;
  /** Whether its database outlives the process. */
  readonly isKept: boolean;
  /** Closing it also stops the platforms. */
  readonly store: EmbeddedStore;
}

/**
 * Runs the real code against made-up platforms: HTTP over loopback, and SQL to the sandbox's own database. The platforms use the
 * same clock; those of `late` start being late when the sandbox is opened.
 */
export async function openSandbox(settings: SandboxSettings): Promise<OpenSandbox> {
  const { sandbox: kind, keptSandbox, now = () => new Date(), ownPlatforms = [] } = settings;
  const faulty = kind === 'faulty';
  const accounts = kind === 'late' ? latePopulation(now()) : accountsOf(settings, { faulty, now: now() });
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => void (await Promise.all(opened.map((each) => each.close())));
  try {
    const { store, encryptionKey, where } = await openDatabase(settings);
    opened.push(store);
    await connectOnce(accounts, store, createKeyring(encryptionKey, { allowPlaintext: false }));
    const platforms = await startSandbox({ accounts, now, refusedMetrics: faulty ? FAULTY_REFUSED_METRICS : [] });
    // A listening port would keep the process alive.
    opened.push(platforms);
    const environment = { ...variablesOf(ownPlatforms, settings.environment), ...platforms.environment };
    const config = loadConfig({ ...environment, ENCRYPTION_KEY: encryptionKey }, ownPlatforms);
    return {
      config,
      platforms: createPlatforms(config, ownPlatforms),
      store: { ...store, close },
      encryptionKey,
      isKept: settings.keptSandbox !== undefined,
      // Commands that only read say themselves which database they read.
      notices:
        keptSandbox === 'existing' ? [] : [`Sandbox: ${accounts.length} made-up accounts on a loopback port, ${where}`],
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function accountsOf(
  { sandboxPlatforms = [] }: SandboxSettings,
  options: { readonly faulty: boolean; readonly now: Date },
): SandboxAccount[] {
  const usual = population(options);
  const known = new Set(usual.map(({ platform }) => platform));
  const added = SANDBOX_PLATFORMS.filter((platform) => sandboxPlatforms.includes(platform) && !known.has(platform));
  return added.length === 0 ? usual : [...usual, ...population({ ...options, platforms: added })];
}

/** The variables of platforms that the sandbox does not have. */
function variablesOf(ownPlatforms: readonly PlatformDefinition[], environment?: Environment): Environment {
  if (ownPlatforms.length === 0) return {};
  const given = environment ?? readEnvironment();
  const names = ownPlatforms.flatMap(({ variables }) => Object.keys(variables));
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

interface SandboxDatabase {
  readonly store: EmbeddedStore;
  readonly encryptionKey: string;
  /** For the notice. */
  readonly where: string;
}

async function openDatabase({ keptSandbox, environment }: SandboxSettings): Promise<SandboxDatabase> {
  if (keptSandbox !== undefined) return openKept(keptSandbox, environment ?? readEnvironment());
  return {
    store: await openMemoryStore(),
    encryptionKey: generateKey(),
    where: 'a database in memory. Nothing here is real, and nothing is kept.',
  };
}

/** Never opens a database that is not a sandbox's: a sandbox's has its key file in the same folder. */
async function openKept(how: 'create' | 'existing', environment: Environment): Promise<SandboxDatabase> {
  const { dataDir } = loadConfig(environment);
  const folder = resolve(environment.ANALYTICS_SANDBOX_DIR || join(dataDir, 'sandbox'));
  const keyFile = join(folder, 'sandbox.key');
  const key = await readKey(keyFile);
  if (folder === dataDir || (key === null && hasEmbeddedStore(folder))) throw notASandbox(folder);
  if (how === 'existing' && !hasEmbeddedStore(folder)) throw nothingKept(folder);
  const encryptionKey = key ?? (await createKey(keyFile));
  return {
    store: await openEmbeddedStore({ dataDir: folder, setting: 'ANALYTICS_SANDBOX_DIR' }),
    encryptionKey,
    where: `kept in ${folder}. Nothing here is real.`,
  };
}

function notASandbox(folder: string): CollectError {
  return new CollectError(
    'config_invalid',
    `The folder ${folder} is the data folder or contains a database that is not a sandbox.`,
    'Set ANALYTICS_SANDBOX_DIR to a separate folder.',
  );
}

function nothingKept(folder: string): CollectError {
  return new CollectError(
    'no_store',
    `There is no kept sandbox in ${folder}.`,
    'Run this first: analytics-collect collect --sandbox --keep',
  );
}

/** Saving a connection again changes nothing, so an interrupted start is completed. */
async function connectOnce(accounts: readonly SandboxAccount[], store: Store, keyring: Keyring): Promise<void> {
  const known = await store.listConnections();
  if (known.length >= accounts.length) return;
  for (const account of accounts) {
    const connection = connectionOf(account);
    await store.saveConnection({
      ...connection,
      accessToken: keyring.encrypt(connection.accessToken),
      refreshToken: connection.refreshToken === null ? null : keyring.encrypt(connection.refreshToken),
    });
  }
}
