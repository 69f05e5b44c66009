import { systemClock } from './clock.js';
import type { CollectOptions } from './collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from './collector/window.js';
import { type Config, loadConfig, readEnvironment, secretsOf } from './config.js';
import { CollectError, PlatformError } from './errors.js';
import { createHttp } from './http/client.js';
import { redact } from './http/redact.js';
import { type DefaultStore, openDriver, openStore } from './open-store.js';
import type { Platform, PlatformDefinition } from './platforms/contract.js';
import { createPlatforms } from './platforms/registry.js';
import type { OnEvent } from './report/events.js';
import { readStatus, type StatusReport } from './report/status.js';
import type { Summary } from './report/summary.js';
import { collect } from './run/collect.js';
import type { AppliedSchema } from './store/apply-schema.js';
import type { EmbeddedStore } from './store/drivers/embedded.js';
import type { ChosenPrimary, NewConnection, Store, WrittenMetric } from './store/store.js';
import { createKeyring, type Keyring } from './tokens/keyring.js';
import type { Environment } from './variables.js';

const DAY_MS = 86_400_000;

/** Config, store, tokens and platforms put together: what commands and callers ask. */
export interface App {
  readonly config: Config;
  readonly store: Store;
  /** What the user should be told before anything else. */
  readonly notices: readonly string[];
  /** See `collect` in the collector. */
  collect(options: CollectOptions, onEvent: OnEvent): Promise<Summary>;
  status(days: number): Promise<StatusReport>;
  /** What was written in the last 24 hours, by platform and metric. */
  writtenToday(): Promise<WrittenMetric[]>;
  /** Brings the database's schema up to date: of a Supabase project over `DATABASE_URL`, where it is set. */
  applySchema(): Promise<AppliedSchema>;
  /** Throws `CollectError` `check_failed` when the platform does not accept the token, `usage` for an unknown platform. */
  addConnection(connection: ConnectionInput): Promise<{ id: string; created: boolean; accountName: string | null }>;
  /** Makes the account that a connection opens the primary one of its user and platform. */
  choosePrimary(connectionId: string): Promise<ChosenPrimary>;
  close(): Promise<void>;
}

/** A connection to add, its tokens not yet encrypted. */
export interface ConnectionInput extends NewConnection {
  /** Ask the platform whether the token opens the account before it is stored. */
  readonly check: boolean;
}

export type SandboxKind = 'healthy' | 'faulty' | 'late';

export interface AppOptions {
  /** The platforms' APIs in miniature and a database in memory, instead of what the environment names. */
  readonly sandbox?: SandboxKind;
  /** Default: the process's environment over `.env`. */
  readonly environment?: Environment;
  readonly now?: () => Date;
  /** Told of each token that was decrypted, before it is used: a log that is masked can be told of it. */
  readonly onToken?: (token: string) => void;
  /** Platforms beside the built-in ones, or in place of those with the same name. See `definePlatform`. */
  readonly ownPlatforms?: readonly PlatformDefinition[];
  /** What the embedded store must be where the settings name no store. Default: `create`. */
  readonly defaultStore?: DefaultStore;
}

/** Throws `CollectError`: `config_invalid`, `no_store`, `key_missing`, or what opening the store throws. */
export async function openApp(options: AppOptions = {}): Promise<App> {
  const { sandbox, environment, now = () => new Date(), onToken = () => undefined, ownPlatforms = [] } = options;
  if (sandbox !== undefined) return openSandbox(sandbox, now);
  const config = loadConfig(environment ?? readEnvironment(), ownPlatforms);
  const { store, encryptionKey, notices } = await openStore(config, options.defaultStore ?? 'create');
  const keyring = telling(createKeyring(encryptionKey, { allowPlaintext: config.allowPlaintextTokens }), onToken);
  const platforms = createPlatforms(config, ownPlatforms);
  return assemble({ config, store, keyring, platforms, now, notices });
}

/** The platforms as they are configured, without opening a store. Throws `CollectError` `config_invalid`. */
export function configuredPlatforms(
  ownPlatforms: readonly PlatformDefinition[] = [],
  environment: Environment = readEnvironment(),
): Platform[] {
  return [...createPlatforms(loadConfig(environment, ownPlatforms), ownPlatforms).values()];
}

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly keyring: Keyring;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly now: () => Date;
  readonly notices: readonly string[];
}

function assemble({ config, store, keyring, platforms, now, notices }: Parts): App {
  const sync = () => ({ collected: [...platforms.keys()], at: now(), windowDays: DEFAULT_LOOKBACK_DAYS });
  return {
    config,
    store,
    notices,
    collect: (options, onEvent) =>
      collect(
        { store, keyring, platforms, clock: { ...systemClock, now }, secrets: secretsOf(config) },
        options,
        onEvent,
      ),
    status: (days) => readStatus({ store, platforms, keyring }, days, now()),
    async writtenToday() {
      await store.check();
      return store.writtenSince(new Date(now().getTime() - DAY_MS));
    },
    applySchema: () => applySchema(config.store, store),
    async addConnection({ check, ...connection }) {
      const platform = platforms.get(connection.platform);
      if (!platform) throw unknownPlatform(connection.platform, platforms);
      await store.check();
      const accountName = check ? await checkedName(platform, connection, now) : null;
      const saved = await store.saveConnection({
        ...connection,
        accountName: connection.accountName ?? accountName,
        // Empty where the platform needs none.
        accessToken: connection.accessToken === '' ? '' : keyring.encrypt(connection.accessToken),
        refreshToken: connection.refreshToken === null ? null : keyring.encrypt(connection.refreshToken),
      });
      await store.syncAccounts({ ...sync(), userId: connection.userId });
      return { ...saved, accountName: connection.accountName ?? accountName };
    },
    async choosePrimary(connectionId) {
      await store.check();
      return store.choosePrimary(connectionId, sync());
    },
    close: () => store.close(),
  };
}

async function applySchema(config: Config['store'], store: Store): Promise<AppliedSchema> {
  if (config.kind !== 'supabase' || config.databaseUrl === null) return store.applySchema();
  const database = await openDriver({ kind: 'postgres', url: config.databaseUrl });
  try {
    return await database.applySchema();
  } finally {
    await database.close();
  }
}

function telling(keyring: Keyring, onToken: (token: string) => void): Keyring {
  return {
    ...keyring,
    decrypt(stored) {
      const decrypted = keyring.decrypt(stored);
      if (decrypted.ok) onToken(decrypted.token);
      return decrypted;
    },
  };
}

interface SandboxApp extends App {
  readonly store: EmbeddedStore;
}

/**
 * Everything real but the other end: the same code over HTTP to loopback, and SQL to a database in memory. The platforms live by
 * the same clock; those of `late` begin to be late when they are opened.
 */
export async function openSandbox(kind: SandboxKind, now: () => Date): Promise<SandboxApp> {
  const [
    { startSandbox },
    { FAULTY_REFUSED_METRICS, population },
    { latePopulation },
    { SANDBOX_CREDENTIALS },
    { openEmbeddedStore },
    { generateKey },
  ] = await Promise.all([
    import('./sandbox/server.js'),
    import('./sandbox/population.js'),
    import('./sandbox/late.js'),
    import('./sandbox/oauth.js'),
    import('./store/drivers/embedded.js'),
    import('./tokens/fernet.js'),
  ]);
  const faulty = kind === 'faulty';
  const accounts = kind === 'late' ? latePopulation(now()) : population({ faulty });
  const sandbox = await startSandbox({ accounts, now, refusedMetrics: faulty ? FAULTY_REFUSED_METRICS : [] });
  try {
    const store = await openEmbeddedStore('memory');
    const config = loadConfig({ ...sandbox.urls, ...SANDBOX_CREDENTIALS, ENCRYPTION_KEY: generateKey() });
    const keyring = createKeyring(config.encryptionKey ?? '', { allowPlaintext: false });
    for (const account of accounts) {
      await store.saveConnection({
        userId: account.userId,
        platform: account.platform,
        accountId: account.connectedAs ?? account.accountId,
        accountName: account.name,
        accessToken: keyring.encrypt(account.accessToken),
        refreshToken: account.refreshToken === undefined ? null : keyring.encrypt(account.refreshToken),
        tokenExpiresAt: account.tokenExpiresAt ?? null,
      });
    }
    const notice = `Sandbox: ${accounts.length} made-up accounts on a loopback port, a database in memory. Nothing here is real, and nothing is kept.`;
    const app = assemble({ config, store, keyring, platforms: createPlatforms(config), now, notices: [notice] });
    return { ...app, store, close: async () => void (await Promise.all([store.close(), sandbox.close()])) };
  } catch (error) {
    // A listening port would keep the process alive.
    await sandbox.close();
    throw error;
  }
}

async function checkedName(
  platform: Platform,
  connection: Omit<ConnectionInput, 'check'>,
  now: () => Date,
): Promise<string | null> {
  const http = createHttp({
    concurrency: 1,
    signal: new AbortController().signal,
    counters: { total: 0, retried: 0 },
    clock: { ...systemClock, now },
    limits: { maxRequests: 100, maxDurationMs: 60_000, maxWaitMs: 0 },
    warn: () => undefined,
  });
  const { tokenExpiresAt } = connection;
  try {
    const account = {
      ...connection,
      tokenExpiresAt: tokenExpiresAt === null ? null : new Date(tokenExpiresAt),
    };
    return (await platform.check(account, { http: http.lane(platform.name, 'new'), now, warn: () => undefined }))
      .accountName;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const said = redact(error.message, [connection.accessToken, connection.refreshToken]);
    if (['platform_error', 'timeout', 'throttled', 'quota_exhausted'].includes(error.reason)) {
      throw new CollectError(
        'check_failed',
        `${platform.name} account ${connection.accountId} could not be checked: ${said}.`,
        'Nothing was stored. Try again later, or store it unchecked with --no-check.',
      );
    }
    throw new CollectError(
      'check_failed',
      `${platform.name} does not open account ${connection.accountId} with this token: ${error.reason}: ${said}.`,
      'Nothing was stored. Correct the token or the account, or store it unchecked with --no-check.',
    );
  } finally {
    http.close();
  }
}

function unknownPlatform(name: string, platforms: ReadonlyMap<string, Platform>): CollectError {
  return new CollectError(
    'usage',
    `There is no collector for the platform "${name}".`,
    `Choose one of: ${[...platforms.keys()].join(', ')}.`,
  );
}
