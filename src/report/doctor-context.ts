import { systemClock } from '../clock.js';
import { type Config, databaseUrlOf, loadConfig } from '../config.js';
import { envFile, readEnvironment } from '../environment.js';
import { createTransport } from '../http/transport.js';
import { isLoopback } from '../loopback.js';
import type { OpenSandbox } from '../open-sandbox.js';
import { keyMissing, openDriver } from '../open-store.js';
import type { Platform } from '../platforms/contract.js';
import type { PlatformDefinition } from '../platforms/definition.js';
import { createPlatforms, DEFINITIONS } from '../platforms/registry.js';
import { namesOf } from '../setting.js';
import { keyPath, readKey } from '../tokens/key-file.js';
import type { Environment } from '../variables.js';
import type { Examined } from './doctor.js';
import { type Check, passed } from './doctor-check.js';
import type { FindKey } from './doctor-key.js';
import { type Places, readable, setBy, settingsAreRight, settingsAreWrong, storeIsChosen } from './doctor-settings.js';
import type { ExaminedStore } from './doctor-store.js';

/** How long a platform's server may take to answer. */
const ANSWER_TIMEOUT_MS = 5_000;

/** What the environment does not contain: schedules. */
type Machine = Pick<Examined, 'schedules' | 'jobs'>;

/** What the environment configures, as far as it is valid. */
export async function configured(added: readonly PlatformDefinition[], machine: Machine): Promise<Examined> {
  let environment: Environment = process.env;
  try {
    environment = readEnvironment();
    const config = loadConfig(environment, added);
    const places = { environment, ofProcess: process.env };
    return {
      ...machine,
      ...ofConfig(config, createPlatforms(config, added), added),
      settings: [settingsAreRight()],
      store: await storeOf(config, places),
      sharing: sharingOf(config),
      findKey: keyFinder(config, places),
    };
  } catch (error) {
    const { variables, definitions } = readable(environment, added);
    const config = loadConfig(variables, definitions);
    return {
      ...machine,
      ...ofConfig(config, createPlatforms(config, definitions), definitions),
      settings: settingsAreWrong(error),
      store: null,
      sharing: null,
      findKey: keyFinder(config, { environment: {}, ofProcess: {} }),
    };
  }
}

/** A kept sandbox, for which no schedule is expected. */
export function ofSandbox({ config, platforms, store, encryptionKey }: OpenSandbox): Examined {
  const open = async () => store;
  const chosen = passed('store', `The kept sandbox: ${store.description}.`);
  return {
    ...ofConfig(config, platforms, []),
    settings: [],
    store: { chosen, folder: null, exists: true, protection: async () => null, open },
    findKey: async () => ({ keys: encryptionKey, where: 'It is in the sandbox’s own file' }),
    schedules: null,
    jobs: [],
    sharing: null,
  };
}

function ofConfig(
  config: Config,
  platforms: ReadonlyMap<string, Platform>,
  added: readonly PlatformDefinition[],
): Pick<Examined, 'allowPlaintext' | 'renewsTokens' | 'platforms' | 'addressesOf' | 'probe' | 'clock'> {
  const definitions = new Map([...DEFINITIONS, ...added].map((definition) => [definition.name, definition]));
  const variablesOf = (platform: string) => definitions.get(platform)?.variables ?? {};
  return {
    allowPlaintext: config.allowPlaintextTokens,
    renewsTokens: config.renewsTokens,
    platforms,
    addressesOf: (platform) =>
      namesOf(variablesOf(platform), 'address')
        .map((name) => String(config.platforms[name] ?? ''))
        .filter((address) => URL.canParse(address)),
    async probe(url) {
      const { signal } = new AbortController();
      const options = { concurrency: 1, signal, answerTimeoutMs: ANSWER_TIMEOUT_MS, warn: () => undefined };
      const transport = createTransport(options);
      try {
        return await transport.send({ method: 'GET', url, headers: {} });
      } finally {
        transport.close();
      }
    },
    clock: systemClock,
  };
}

async function storeOf(config: Config, places: Places): Promise<ExaminedStore> {
  const { store } = config;
  const chosen: Check = storeIsChosen(config, places);
  const open = () => openDriver(store);
  if (store.kind !== 'embedded')
    return { chosen, folder: null, exists: true, protection: () => protectionOf(store), open };
  const { hasEmbeddedStore } = await import('../store/drivers/embedded.js');
  const exists = hasEmbeddedStore(store.dataDir);
  return { chosen, folder: { dataDir: store.dataDir }, exists, protection: async () => null, open };
}

function sharingOf({ store }: Config): Examined['sharing'] {
  const url = databaseUrlOf(store);
  if (url === null) return null;
  return async () => (await import('../store/jobs-inspection.js')).inspectJobs(url);
}

async function protectionOf(store: Config['store']): Promise<string | null> {
  const encrypted = 'The connection is encrypted, and the server’s certificate is verified.';
  const local = 'The connection stays in this machine.';
  if (store.kind === 'supabase') return isLoopback(new URL(store.url).hostname) ? local : encrypted;
  if (store.kind !== 'postgres') return null;
  const { encryptionOf } = await import('../store/drivers/tls.js');
  return encryptionOf(store.url, process.env.PGSSLMODE).ssl === false ? local : encrypted;
}

/** Finds the key as other commands do, but creates none. */
function keyFinder(config: Config, places: Places): FindKey {
  const path = keyPath(config.dataDir);
  return async (encrypted) => {
    const isEmbedded = config.store.kind === 'embedded';
    if (config.encryptionKey !== null) {
      const spare = isEmbedded ? await readKey(path).catch(() => null) : null;
      const where = setBy(['ENCRYPTION_KEY'], places);
      return { keys: config.encryptionKey, where, ...(spare !== null && { spare: { keys: spare, path } }) };
    }
    const keys = await readKey(path);
    if (keys !== null) {
      return {
        keys,
        where: `It is in ${path}, since ENCRYPTION_KEY is not set in the environment or in ${envFile()}`,
      };
    }
    const connections = await encrypted();
    if (connections > 0) throw keyMissing(config, connections);
    return { keys, path };
  };
}
