import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { unescape as decode } from 'node:querystring';
import { CollectError } from './errors.js';
import { CRON_SECRET_ALIAS, fileNameOf, nearNames, variableNamed } from './near-names.js';
import type { PlatformDefinition, PlatformVariables } from './platforms/definition.js';
import { isHeaderSafe } from './text.js';
import { splitKeys } from './tokens/keyring.js';
import { type Environment, missingVariables, type Variables, variableSchemas } from './variables.js';

const SHORTEST_CRON_SECRET = 16;
const ONCE = { jitless: true }; // What is parsed once is not worth compiling a parser for.

/** Runtime configuration. */
export interface Config {
  readonly store: StoreConfig;
  /** Absolute path. Holds the embedded database and its key. */
  readonly dataDir: string;
  /** Fernet keys, comma-separated; null only with the embedded store, which has its own key file. */
  readonly encryptionKey: string | null;
  readonly allowPlaintextTokens: boolean;
  /** Whether a run stores tokens that it has renewed. */
  readonly renewsTokens: boolean;
  /** What the platforms read from the environment. */
  readonly platforms: PlatformVariables;
  /** Values of `platforms` that are secret. */
  readonly platformSecrets: readonly string[];
  readonly server: ServerConfig;
  readonly alerts: AlertsConfig;
}

/** When `serve` collects by itself, and the secret that lets others trigger it. */
export interface ServerConfig {
  /** As given, not checked: see `cronSecretOf`. */
  readonly cronSecret: string | null;
  /** Five fields. */
  readonly cron: string;
  readonly timeZone: string;
}

/** Where runs are reported. Both addresses are secrets: whoever knows them can post there. */
export interface AlertsConfig {
  readonly webhookUrl: string | null;
  /** Name users and connections in alerts. */
  readonly details: boolean;
  readonly healthcheckUrl: string | null;
}

type StoreConfig =
  | {
      readonly kind: 'supabase';
      readonly url: string;
      readonly serviceRoleKey: string;
      /** The same database over SQL, to which the schema can be applied. */
      readonly databaseUrl: string | null;
    }
  | { readonly kind: 'postgres'; readonly url: string }
  /** `isNamed`: chosen with `ANALYTICS_DATA_DIR`; otherwise used because no store is configured. */
  | { readonly kind: 'embedded'; readonly dataDir: string; readonly isNamed: boolean };

/** A variable's name and what is wrong with it, without its value. */
export type Mistake = readonly [name: string, mistake: string];

/** A configuration with mistakes, all of them. */
export class InvalidConfig extends CollectError {
  constructor(readonly mistakes: readonly Mistake[]) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    const lines = mistakes.map(([name, mistake]) => `  ${name} ${mistake}`);
    super(
      'config_invalid',
      [`The configuration has ${count}:`, ...lines].join('\n'),
      'Set the variables in the environment or in .env.',
    );
  }
}

interface Host {
  /** As Node's `process.platform`. */
  readonly platform: string;
  readonly home: string;
}

/**
 * Reads the configuration from variables. An empty variable counts as not set; a secret can be read from the file that `NAME_FILE`
 * names. `added` are platforms in addition to the built-in ones. Throws one `InvalidConfig` with one line per mistake; no line
 * contains a value.
 */
export function loadConfig(
  environment: Environment,
  added: readonly PlatformDefinition[] = [],
  host: Host = { platform: process.platform, home: homedir() },
): Config {
  const schemas = variableSchemas(added);
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const mistakes = new Map<string, string>();
  const values = { ...given, ...readSecretFiles(given, schemas.secrets, mistakes) };

  const own = schemas.own.safeParse(values, ONCE);
  const platforms = schemas.platforms.safeParse(values, ONCE);
  for (const { error } of [own, platforms])
    for (const issue of error?.issues ?? []) mistakes.set(String(issue.path[0]), issue.message);
  const near = nearNames(given, schemas);
  for (const { given: name, meant } of near) mistakes.set(name, `is not read; the variable is named ${meant}`);
  const told = new Set(
    [...mistakes.keys(), ...near.map(({ meant }) => meant)].map((name) => variableNamed(name, schemas.secrets)),
  );
  for (const [name, mistake] of missingVariables(values)) if (!told.has(name)) mistakes.set(name, mistake);

  if (!own.success || !platforms.success || mistakes.size > 0) throw new InvalidConfig([...mistakes]);
  const dataDir = resolve(own.data.ANALYTICS_DATA_DIR ?? defaultDataDir(given, host));
  return {
    ...toConfig(own.data, dataDir),
    platforms: platforms.data,
    platformSecrets: schemas.secrets.flatMap((name) => textOf(platforms.data[name])),
  };
}

/** Where to report a configuration that `loadConfig` refuses: what can be read of the addresses. */
export function readableAlerts(environment: Environment): AlertsConfig {
  const names = ['ALERT_WEBHOOK_URL', 'HEALTHCHECK_URL'] as const;
  const { shape } = variableSchemas().own;
  const values = { ...environment, ...readSecretFiles(environment, names, new Map()) };
  const [webhookUrl = null, healthcheckUrl = null] = names.map((name) => shape[name].safeParse(values[name]).data);
  return { webhookUrl, healthcheckUrl, details: false };
}

/** The secret that callers of `serve` send in a header. Throws `CollectError` `config_invalid` when it is missing or too weak. */
export function cronSecretOf({ server: { cronSecret } }: Config, environment: Environment): string {
  const mistake = cronSecretMistake(cronSecret, environment);
  if (cronSecret !== null && mistake === null) return cronSecret;
  throw new CollectError(
    'config_invalid',
    `INTERNAL_CRON_SECRET ${mistake}, so the endpoints would be unprotected.`,
    'Set it to the output of: openssl rand -hex 32.',
  );
}

/** Every secret value of a configuration, to be redacted from everything printed. */
export function secretsOf(config: Config): string[] {
  return [
    ...storeSecrets(config.store),
    ...splitKeys(config.encryptionKey ?? ''),
    ...config.platformSecrets,
    config.server.cronSecret ?? '',
    config.alerts.webhookUrl ?? '',
    config.alerts.healthcheckUrl ?? '',
  ].filter((secret) => secret !== '');
}

/** The address of the PostgreSQL that is reached over a socket, which a Supabase project may have, too; null if there is none. */
export function databaseUrlOf(store: StoreConfig): string | null {
  return store.kind === 'postgres' ? store.url : store.kind === 'supabase' ? store.databaseUrl : null;
}

function storeSecrets(store: StoreConfig): string[] {
  const database = databaseUrlOf(store);
  return [
    ...(store.kind === 'supabase' ? [store.serviceRoleKey] : []),
    ...(database === null ? [] : [database, ...passwordsOf(database)]),
  ];
}

function toConfig(variables: Variables, dataDir: string): Omit<Config, 'platforms' | 'platformSecrets'> {
  const store = chooseStore(variables, dataDir);
  return {
    store,
    dataDir,
    encryptionKey: variables.ENCRYPTION_KEY ?? null,
    allowPlaintextTokens: variables.ALLOW_PLAINTEXT_TOKENS === '1',
    renewsTokens: variables.RENEW_TOKENS === undefined ? store.kind === 'embedded' : variables.RENEW_TOKENS === '1',
    server: {
      cronSecret: variables.INTERNAL_CRON_SECRET ?? null,
      cron: variables.ANALYTICS_CRON,
      timeZone: variables.ANALYTICS_TZ,
    },
    alerts: {
      webhookUrl: variables.ALERT_WEBHOOK_URL ?? null,
      details: variables.ALERT_DETAILS === '1',
      healthcheckUrl: variables.HEALTHCHECK_URL ?? null,
    },
  };
}

function cronSecretMistake(secret: string | null, environment: Environment): string | null {
  if (secret === null)
    return environment[CRON_SECRET_ALIAS] ? `is missing (${CRON_SECRET_ALIAS} is not read)` : 'is missing';
  if (secret.length < SHORTEST_CRON_SECRET) return `has fewer than ${SHORTEST_CRON_SECRET} characters`;
  return isHeaderSafe(secret) ? null : 'contains spaces or other invalid characters';
}

function chooseStore(variables: Variables, dataDir: string): StoreConfig {
  const { SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey, DATABASE_URL: database } = variables;
  if (url !== undefined && serviceRoleKey !== undefined) {
    return { kind: 'supabase', url: new URL(url).origin, serviceRoleKey, databaseUrl: database ?? null };
  }
  if (database !== undefined) return { kind: 'postgres', url: database };
  return { kind: 'embedded', dataDir, isNamed: variables.ANALYTICS_DATA_DIR !== undefined };
}

function readSecretFiles(
  given: Environment,
  names: readonly string[],
  mistakes: Map<string, string>,
): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const name of names) {
    const path = given[fileNameOf(name)];
    if (path === undefined) continue;
    if (given[name] !== undefined) {
      mistakes.set(name, `is set twice: keep either ${name} or ${fileNameOf(name)}`);
      continue;
    }
    try {
      const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
      if (text === '') mistakes.set(fileNameOf(name), 'names an empty file');
      else secrets[name] = text;
    } catch {
      mistakes.set(
        fileNameOf(name),
        `names a file that cannot be read, for example /run/secrets/${name.toLowerCase()}`,
      );
    }
  }
  return secrets;
}

function defaultDataDir(environment: Environment, host: Host): string {
  return join(dataHome(environment, host), 'analytics-collect');
}

function dataHome(environment: Environment, { platform, home }: Host): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local');
  const { XDG_DATA_HOME } = environment;
  // According to the XDG specification, relative paths are ignored.
  return XDG_DATA_HOME !== undefined && isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(home, '.local', 'share');
}

function textOf(value: unknown): string[] {
  return typeof value === 'string' ? [value] : [];
}

function passwordsOf(address: string): string[] {
  const { password } = new URL(address);
  return [password, decode(password)];
}
