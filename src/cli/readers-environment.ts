import { readEnvironment } from '../environment.js';
import { generateKey } from '../tokens/fernet.js';
import type { Environment } from '../variables.js';

/**
 * The settings of commands that give out collected values. A new key that decrypts nothing replaces the real one: these commands
 * work without it, and no bug in them can reveal a token.
 */
export function readersEnvironment(): Environment {
  const { ENCRYPTION_KEY_FILE: _, ...environment } = readEnvironment();
  return { ...environment, ENCRYPTION_KEY: generateKey() };
}
