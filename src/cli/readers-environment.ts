import { readEnvironment } from '../environment.js';
import { generateKey } from '../tokens/fernet.js';
import type { Environment } from '../variables.js';

/**
 * The settings of commands that give out collected values. A new key that decrypts nothing replaces the real one: these commands
 * work without it, and no bug in them can reveal a token.
 */
export function readersEnvironment(given: Environment = readEnvironment()): Environment {
  const { ENCRYPTION_KEY_FILE: _, ...environment } = given;
  return { ...environment, ENCRYPTION_KEY: generateKey() };
}

/** Whether a database on a server is named without the key of its tokens. The embedded one has its own key file. */
export function lacksKey(environment: Environment): boolean {
  const isSet = (name: string) => environment[name] !== undefined && environment[name] !== '';
  const isServer = ['SUPABASE_URL', 'DATABASE_URL', 'DATABASE_URL_FILE'].some(isSet);
  return isServer && !['ENCRYPTION_KEY', 'ENCRYPTION_KEY_FILE'].some(isSet);
}
