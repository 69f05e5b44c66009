import { existsSync } from 'node:fs';
import { z } from 'zod';
import { type Config, InvalidConfig } from '../config.js';
import { envFile } from '../environment.js';
import { fileNameOf } from '../near-names.js';
import type { PlatformDefinition } from '../platforms/definition.js';
import { DEFINITIONS } from '../platforms/registry.js';
import type { Environment } from '../variables.js';
import { type Check, failed, passed, thrown } from './doctor-check.js';

const CORRECT = 'Correct it in the environment or in .env.';

/** Where variables were looked for. */
export interface Places {
  readonly environment: Environment;
  /** Of the process alone, without `.env`. */
  readonly ofProcess: Environment;
}

export function settingsAreRight(): Check {
  const file = envFile();
  const isThere = existsSync(file);
  return passed(
    'settings',
    `No variable is wrong, missing or misspelled. They come from the environment${isThere ? ` and from ${file}` : `; there is no ${file}`}.`,
  );
}

/** One check for each mistake. */
export function settingsAreWrong(error: unknown): Check[] {
  if (!(error instanceof InvalidConfig)) return [thrown('settings', error)];
  return error.mistakes.map(([name, mistake]) => {
    const message = `${name} ${mistake}`;
    return failed('settings', 'error', message.endsWith('.') ? message : `${message}.`, CORRECT);
  });
}

/** The platforms' valid variables, and the added platforms whose variables are all valid: enough to send requests to their addresses. */
export function readable(environment: Environment, added: readonly PlatformDefinition[]) {
  const isRight = ([name, schema]: [string, unknown]) =>
    schema instanceof z.ZodType && schema.safeParse(environment[name] || undefined).success;
  const definitions = added.filter(({ variables }) => Object.entries(variables).every(isRight));
  const right = [...DEFINITIONS, ...definitions].flatMap(({ variables }) => Object.entries(variables)).filter(isRight);
  return { definitions, variables: Object.fromEntries(right.map(([name]) => [name, environment[name]])) };
}

/** The chosen store, and the variables that chose it. */
export function storeIsChosen({ store }: Config, places: Places): Check {
  switch (store.kind) {
    case 'supabase': {
      const schema = store.databaseUrl === null ? '' : ', and DATABASE_URL for the schema';
      const names = ['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY'];
      return passed('store', `Supabase at ${new URL(store.url).host}: ${setBy(names, places)}${schema}.`);
    }
    case 'postgres': {
      // An address without a host is that of a socket.
      const { host, pathname } = new URL(store.url);
      return passed('store', `PostgreSQL at ${host || 'a socket'}${pathname}: ${setBy(['DATABASE_URL'], places)}.`);
    }
    case 'embedded': {
      const why = store.isNamed
        ? setBy(['ANALYTICS_DATA_DIR'], places)
        : 'neither SUPABASE_URL, DATABASE_URL nor ANALYTICS_DATA_DIR is set';
      return passed('store', `Embedded PostgreSQL in ${store.dataDir}: ${why}.`);
    }
  }
}

/** `DATABASE_URL is set in the environment` */
export function setBy(names: readonly string[], { environment, ofProcess }: Places): string {
  const given = names.map((name) => (environment[name] ? name : fileNameOf(name)));
  const where = given.every((name) => ofProcess[name]) ? 'the environment' : envFile();
  return `${given.join(' and ')} ${given.length === 1 ? 'is' : 'are'} set in ${where}`;
}
