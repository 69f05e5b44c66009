import { readEnvironment } from '../environment.js';
import { generateKey } from '../tokens/fernet.js';
import type { Environment } from '../variables.js';

/**
 * The settings of commands that hand out collected values. They are opened with a key that decrypts nothing in place of the real
 * one: whoever may read the values need not be given it, and no mistake of theirs can lay a token open.
 */
export function readersEnvironment(): Environment {
  const { ENCRYPTION_KEY_FILE: _, ...environment } = readEnvironment();
  return { ...environment, ENCRYPTION_KEY: generateKey() };
}
