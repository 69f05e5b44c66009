import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CollectError } from '../errors.js';
import type { PlatformDefinition } from '../platforms/definition.js';
import { platformNames } from '../platforms/registry.js';
import { usageError } from './flags.js';

/**
 * Loads platforms from modules whose default export is a `definePlatform({…})`. Paths are relative to the working directory.
 * Throws `CollectError` `usage`.
 */
export async function loadPlugins(paths: readonly string[] = []): Promise<PlatformDefinition[]> {
  const plugins: PlatformDefinition[] = [];
  for (const path of paths) {
    const plugin = await loadPlugin(path);
    if (namesWith(plugins).includes(plugin.name)) {
      throw usageError(
        `The plugin ${path} defines a platform named "${plugin.name}", but that name is taken.`,
        'Give it another name.',
      );
    }
    plugins.push(plugin);
  }
  return plugins;
}

/** The names of all platforms: the built-in ones and those of plugins. */
export function namesWith(plugins: readonly PlatformDefinition[]): string[] {
  return [...platformNames, ...plugins.map(({ name }) => name)];
}

async function loadPlugin(path: string): Promise<PlatformDefinition> {
  const file = resolve(path);
  const kind = statSync(file, { throwIfNoEntry: false });
  if (!kind?.isFile()) {
    const why = kind === undefined ? 'does not exist' : 'is not a file';
    throw usageError(`There is no plugin ${path}.`, `Give the path of a JavaScript module; ${file} ${why}.`);
  }
  const definition = ownDefault(await importModule(path, file));
  if (definition === undefined) {
    throw usageError(`The plugin ${path} has no default export.`, 'End it with: export default definePlatform({ … }).');
  }
  const { checkedPlatform } = await import('../library/own-platform.js');
  return checkedPlatform(definition, `The plugin ${path}`);
}

/** What a module exports by default, although Node shows a CommonJS one compiled from an ES module inside another default. */
function ownDefault({ default: exported }: { readonly default?: unknown }): unknown {
  const isCompiled = typeof exported === 'object' && exported !== null && '__esModule' in exported;
  return isCompiled && 'default' in exported ? exported.default : exported;
}

async function importModule(path: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CollectError('usage', `The plugin ${path} cannot be loaded: ${why}.`, importFix(file, why), { cause });
  }
}

function importFix(file: string, why: string): string {
  if (/\.[cm]?ts$/.test(file)) {
    return 'Node 22.18 and newer load TypeScript as it is; with an older one, compile the plugin to JavaScript first.';
  }
  if (why.includes("Cannot find package 'analytics-collect'")) {
    return 'Move it into this project’s folder, or into a project that depends on analytics-collect: elsewhere Node does not find it.';
  }
  return 'Run it with node to see where it fails.';
}

/** The flags that name the same plugins again, for a command to try next. */
export function pluginFlags(paths: readonly string[] = []): string {
  return paths.map((path) => ` --plugin ${path}`).join('');
}
