import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { CollectError, hasCode } from './errors.js';
import type { Environment } from './variables.js';

/** The file whose variables the process's environment overrides. */
export function envFile(folder = process.cwd()): string {
  return join(folder, '.env');
}

/** The process's environment over the `.env` of the working directory. Throws `CollectError` `config_invalid`. */
export function readEnvironment(folder = process.cwd()): Environment {
  const path = envFile(folder);
  try {
    return { ...parseEnv(readFileSync(path, 'utf8')), ...process.env };
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return process.env;
    throw new CollectError('config_invalid', `The file ${path} cannot be read.`, 'Make it readable, or remove it.', {
      cause,
    });
  }
}
