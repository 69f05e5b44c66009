import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { CollectError } from '../errors.js';
import type { Platform, PlatformDefinition } from '../platforms/contract.js';
import { platformNames } from '../platforms/registry.js';
import { isTimeZone } from '../variables.js';
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
  if (!existsSync(file)) {
    throw usageError(`There is no plugin ${path}.`, `Give the path of a JavaScript module; ${file} does not exist.`);
  }
  const { default: definition } = await importModule(path, file);
  if (definition === undefined) {
    throw usageError(`The plugin ${path} has no default export.`, 'End it with: export default definePlatform({ … }).');
  }
  if (!isDefinition(definition)) throw notAPlatform(path, definitionShape.safeParse(definition).error);
  return {
    ...definition,
    create(variables) {
      const platform = created(path, () => definition.create(variables));
      if (!isPlatform(platform)) throw notAPlatform(path, platformShape.safeParse(platform).error);
      if (platform.name === definition.name) return platform;
      throw usageError(
        `The plugin ${path} is named "${definition.name}", but its platform is named "${platform.name}".`,
        'Give both the same name.',
      );
    },
  };
}

function created(path: string, create: () => unknown): unknown {
  try {
    return create();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CollectError('usage', `The plugin ${path} fails in \`create\`: ${why}.`, 'Fix the plugin.', { cause });
  }
}

async function importModule(path: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const fix = /\.[cm]?ts$/.test(file)
      ? 'Node 22.18 and newer load TypeScript as it is; with an older one, compile the plugin to JavaScript first.'
      : 'Run it with node to see where it fails.';
    throw new CollectError('usage', `The plugin ${path} cannot be loaded: ${why}.`, fix, { cause });
  }
}

const callable = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'is not a function');
const name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must consist of lower-case letters, digits and underscores');

const platformShape = z.object({
  name,
  api: z.string().min(1),
  day: z.object({
    timeZone: z.string().refine(isTimeZone, 'is not a time zone'),
    settlesAfterHours: z.number().nonnegative(),
    reachDays: z.int().positive(),
    asks: z.enum(['range', 'day']),
  }),
  metrics: z
    .array(
      z.object({
        name: z.string().min(1),
        apiName: z.string().min(1).optional(),
        unit: z.enum(['count', 'accounts', 'minutes', 'seconds', 'milliseconds', 'percent', 'ratio']),
        aggregate: z.enum(['sum', 'last', 'none']),
        period: z.enum(['day', 'week', 'days_28', 'lifetime']).optional(),
        aliasOf: z.string().optional(),
        approximate: z.literal(true).optional(),
        meaning: z.string().min(1),
      }),
    )
    .min(1),
  version: z.object({ name: z.string(), endsOn: z.iso.date().nullable(), variable: z.string().nullable() }),
  needsToken: z.boolean().optional(),
  renewsTokens: z.boolean(),
  endsByDate: callable,
  storageRule: z.string().nullable(),
  collect: callable,
  check: callable,
});

const definitionShape = z.object({
  name,
  title: z.string().min(1),
  accountColumns: z.array(z.string()).min(1).optional(),
  variables: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.instanceof(z.ZodType)),
  unrelatedVariables: z.array(z.string()).optional(),
  create: callable,
});

function isDefinition(value: unknown): value is PlatformDefinition {
  return definitionShape.safeParse(value).success;
}

function isPlatform(value: unknown): value is Platform {
  return platformShape.safeParse(value).success;
}

function notAPlatform(path: string, error: z.ZodError | undefined): CollectError {
  const lines =
    error?.issues.map(({ path: at, message }) => `  ${at.join('.') || 'the default export'}: ${message}`) ?? [];
  return usageError(
    [`The plugin ${path} is not a platform:`, ...lines].join('\n'),
    'See docs/adding-a-platform.md for the shape of a platform.',
  );
}
