import { DAY_MS, systemClock } from './clock.js';
import type { CollectOptions } from './collector/options.js';
import { type Config, databaseUrlOf, loadConfig, secretsOf } from './config.js';
import type { AddedConnection, ConnectionInput } from './connections.js';
import { readEnvironment } from './environment.js';
import type { ImportLine, ImportReport, ImportSettings } from './import-connections.js';
import type { SandboxSettings } from './open-sandbox.js';
import { type DefaultStore, type OpenStore, openDriver, openStore } from './open-store.js';
import type { Platform } from './platforms/contract.js';
import type { PlatformDefinition } from './platforms/definition.js';
import { createPlatforms } from './platforms/registry.js';
import type { OnEvent } from './report/events.js';
import type { ReportData, ReportRequest } from './report/page/read.js';
import type { ShowReport, ShowRequest } from './report/show.js';
import type { AccountStatus, AccountsFilter } from './report/status-accounts.js';
import type { StatusReport } from './report/status-report.js';
import type { Summary } from './report/summary.js';
import type { AppliedSchema } from './store/apply-schema.js';
import type { DayExplanation, ExplainRequest } from './store/explanation.js';
import type { SchemaOptions } from './store/schema.js';
import type { ChosenPrimary, Store, WrittenMetric } from './store/store.js';
import { createKeyring, type Keyring } from './tokens/keyring.js';
import type { Environment } from './variables.js';

/** Config, store, tokens and platforms together: what commands and callers use. */
export interface App {
  readonly config: Config;
  readonly store: Store;
  /** By name. */
  readonly platforms: ReadonlyMap<string, Platform>;
  /** What the user should be told before anything else. */
  readonly notices: readonly string[];
  /** See `collect` in `run/collect.ts`. */
  collect(options: CollectOptions, onEvent: OnEvent): Promise<Summary>;
  status(days: number): Promise<StatusReport>;
  /** See `readAccountStatuses` in `report/status-accounts.ts`. */
  accountStatuses(filter: AccountsFilter, days: number): AsyncIterable<readonly AccountStatus[]>;
  /** What `report` shows. See `readReport` in `report/page/read.ts`. */
  report(request: ReportRequest): Promise<ReportData>;
  /** What was written in the last 24 hours, by platform and metric. */
  writtenToday(): Promise<WrittenMetric[]>;
  /** See `explainDay` in `report/explain.ts`. */
  explain(request: ExplainRequest): Promise<DayExplanation>;
  /** See `showUser` in `report/show.ts`. */
  show(request: ShowRequest): Promise<ShowReport>;
  /** Brings the database's schema up to date; for a Supabase project, over `DATABASE_URL` if it is set. */
  applySchema(options?: SchemaOptions): Promise<AppliedSchema>;
  /** See `addConnection` in `connections.ts`. */
  addConnection(connection: Required<ConnectionInput>): Promise<AddedConnection>;
  /** See `importConnections` in `import-connections.ts`. */
  importConnections(lines: AsyncIterable<ImportLine>, settings: ImportSettings): Promise<ImportReport>;
  /** Makes the account that a connection opens the primary one of its user and platform. */
  choosePrimary(connectionId: string): Promise<ChosenPrimary>;
  close(): Promise<void>;
}

/** What to open, and how. */
export interface AppOptions extends Partial<SandboxSettings> {
  /** Called with each decrypted token before it is used, so that logs can mask it. */
  readonly onToken?: (token: string) => void;
  /** What is required of the embedded store when the settings name no store. Default: `create`. */
  readonly defaultStore?: DefaultStore;
  /** Whether PostgreSQL shall refuse writes. */
  readonly readOnly?: boolean;
}

/** An app with valid settings that has not been started. */
export interface PreparedApp<C extends Config | null = Config | null> {
  /** Null for a sandbox, which creates its own. */
  readonly config: C;
  /** Throws `CollectError`: `no_store`, `key_missing`, or what opening the store throws. */
  open(): Promise<App>;
}

/** Throws `CollectError` `config_invalid`, or what creating the platforms throws. */
export function prepareApp(options: AppOptions = {}): PreparedApp {
  const { sandbox } = options;
  if (sandbox === undefined) return prepareConfiguredApp(options);
  return {
    config: null,
    async open() {
      const { openSandbox } = await import('./open-sandbox.js');
      return assemble(await openSandbox({ ...options, sandbox }), options);
    },
  };
}

/** As `prepareApp`, without a sandbox. */
export function prepareConfiguredApp(options: Omit<AppOptions, 'sandbox' | 'keptSandbox'>): PreparedApp<Config> {
  const { environment, ownPlatforms, defaultStore = 'create', readOnly } = options;
  const config = loadConfig(environment ?? readEnvironment(), ownPlatforms);
  const platforms = createPlatforms(config, ownPlatforms);
  return {
    config,
    open: async () => assemble({ config, platforms, ...(await openStore(config, defaultStore, readOnly)) }, options),
  };
}

/** Throws `CollectError`: what `prepareApp` and its `open` throw. */
export async function openApp(options: AppOptions = {}): Promise<App> {
  return prepareApp(options).open();
}

/** The configured platforms, without opening a store. Throws `CollectError` `config_invalid`. */
export function configuredPlatforms(
  ownPlatforms: readonly PlatformDefinition[] = [],
  environment: Environment = readEnvironment(),
): Platform[] {
  return [...createPlatforms(loadConfig(environment, ownPlatforms), ownPlatforms).values()];
}

/** The parts of an app. */
interface Parts extends OpenStore {
  readonly config: Config;
  readonly platforms: ReadonlyMap<string, Platform>;
  /** As in `Collector`. */
  readonly isKept?: boolean;
}

/** The app on an open store. */
export function assemble(
  { config, platforms, store, encryptionKey, notices, isKept = true }: Parts,
  { now = () => new Date(), onToken = () => undefined }: Pick<AppOptions, 'now' | 'onToken'>,
): App {
  const keyring = telling(createKeyring(encryptionKey, { allowPlaintext: config.allowPlaintextTokens }), onToken);
  const clock = { ...systemClock, now };
  const { renewsTokens } = config;
  const parts = { store, keyring, platforms, clock, isKept, renewsTokens };
  return {
    config,
    store,
    platforms,
    notices,
    // What a command does is loaded after its first words.
    async collect(options, onEvent) {
      const { collect } = await import('./run/collect.js');
      return collect({ ...parts, secrets: secretsOf(config), jobsUrl: databaseUrlOf(config.store) }, options, onEvent);
    },
    async status(days) {
      const { readStatus } = await import('./report/status.js');
      return readStatus(parts, days, now());
    },
    async *accountStatuses(filter, days) {
      const { readAccountStatuses } = await import('./report/status-accounts.js');
      yield* readAccountStatuses(parts, filter, days, now());
    },
    async report(request) {
      const { readReport } = await import('./report/page/read.js');
      return readReport(parts, request, now());
    },
    async writtenToday() {
      await store.check();
      return store.writtenSince(new Date(now().getTime() - DAY_MS));
    },
    async explain(request) {
      const { explainDay } = await import('./report/explain.js');
      return explainDay(store, request, now());
    },
    async show(request) {
      const { showUser } = await import('./report/show.js');
      return showUser(parts, request, now());
    },
    applySchema: (options) => applySchema(config.store, store, options),
    async addConnection(connection) {
      const { addConnection } = await import('./connections.js');
      return addConnection(parts, connection);
    },
    async importConnections(lines, settings) {
      const { importConnections } = await import('./import-connections.js');
      return importConnections(parts, lines, settings);
    },
    async choosePrimary(connectionId) {
      const { choosePrimary } = await import('./connections.js');
      return choosePrimary(parts, connectionId);
    },
    close: () => store.close(),
  };
}

async function applySchema(
  config: Config['store'],
  store: Store,
  options: SchemaOptions | undefined,
): Promise<AppliedSchema> {
  if (config.kind !== 'supabase' || config.databaseUrl === null) return store.applySchema(options);
  const database = await openDriver({ kind: 'postgres', url: config.databaseUrl });
  try {
    return await database.applySchema(options);
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
