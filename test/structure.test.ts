import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { platformNames } from '../src/platforms/registry.js';

const SRC = resolve(import.meta.dirname, '../src');

/** Imports run downwards only. `platforms` and `store` share a line, as `http` and `tokens` do: neither may know the other. */
const LAYERS = [
  ['cli'],
  ['server'],
  ['index'],
  ['library'],
  ['app'],
  ['import-connections'],
  ['connect', 'connections', 'run', 'alerts'],
  ['report'],
  ['open-sandbox'],
  ['open-store'],
  ['sandbox'],
  ['config'],
  ['near-names', 'environment'],
  ['variables'],
  ['collector'],
  ['platforms', 'store'],
  ['http', 'tokens'],
  ['setting'],
  ['errors'],
  ['clock', 'edit-distance', 'exit-codes', 'loopback', 'text'],
];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
}

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
}

function imports(): Import[] {
  return sources().flatMap((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) => {
      const target = relative(SRC, resolve(SRC, dirname(file), path));
      return { file, from: partOf(file), to: partOf(target), target };
    });
  });
}

function partOf(file: string): string {
  return file.split('/')[0]?.replace(/\.[jt]s$/, '') ?? '';
}

function depth(part: string): number {
  const layer = LAYERS.findIndex((parts) => parts.includes(part));
  if (layer < 0) throw new Error(`src/${part} has no place among the layers`);
  return layer;
}

it('modules import only from lower layers', () => {
  const upwards = imports().filter(({ from, to }) => from !== to && depth(to) <= depth(from));
  expect(upwards.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

it('the collector imports contracts, but no platforms or stores', () => {
  const inside = imports().filter(
    ({ from, to, target }) =>
      from === 'collector' &&
      ['platforms', 'store'].includes(to) &&
      !/(contract|store|accounts|selection|renewals)\.js$/.test(target),
  );
  expect(inside).toEqual([]);
});

it('a platform imports only itself and shared modules', () => {
  const across = imports().filter(({ file, target }) => {
    const [from, to] = [file.split('/')[1] ?? '', target.split('/')[1] ?? ''];
    return file.startsWith('platforms/') && platformNames.includes(to) && from !== to && from !== 'registry.ts';
  });
  expect(across).toEqual([]);
});

it('the sandbox shares no code with the collector', () => {
  expect(imports().filter(({ from, to }) => from === 'sandbox' && to !== 'sandbox' && to !== 'errors')).toEqual([]);
});

/** The packages that a file and its imports load. */
function packagesOf(file: string): string[] {
  const loaded = new Set([file]);
  const packages = new Set<string>();
  for (const each of loaded) {
    const text = readFileSync(join(SRC, each), 'utf8');
    for (const [, path = ''] of text.matchAll(/^(?:import|export) (?!type )[^']*?from '([^']+)'/gm)) {
      if (path.startsWith('.')) loaded.add(relative(SRC, resolve(SRC, dirname(each), path)).replace(/\.js$/, '.ts'));
      else if (!path.startsWith('node:')) packages.add(path);
    }
  }
  return [...packages];
}

it('help loads no package except commander, so that it appears at once', () => {
  expect(packagesOf('cli/program.ts')).toEqual(['@commander-js/extra-typings']);
});

it.each(['collect', 'status', 'connections', 'serve'])(
  '%s loads neither a database, the HTTP client, charts nor what measures texts before it announces what starts',
  (command) => {
    const packages = packagesOf(`cli/commands/${command}.ts`);
    expect(packages).toContain('zod');
    expect(
      packages.filter((name) =>
        /^(@electric-sql\/pglite|@supabase\/|pg$|got$|@observablehq\/plot$|linkedom$|ora$|string-width$)/.test(name),
      ),
    ).toEqual([]);
  },
);

it('only report loads what draws charts, when it has read its data', () => {
  const commands = sources().filter((file) => file.startsWith('cli/commands/'));
  expect(commands).toContain('cli/commands/report.ts');
  const drawing = [...commands, 'cli/main.ts', 'index.ts'].filter((file) =>
    packagesOf(file).some((name) => ['@observablehq/plot', 'linkedom'].includes(name)),
  );
  expect(drawing).toEqual([]);
});

it('only connect loads what asks for a consent', () => {
  const commands = sources().filter((file) => file.startsWith('cli/commands/'));
  const asking = [...commands, 'cli/main.ts', 'index.ts'].filter((file) =>
    packagesOf(file).some((name) => ['oauth4webapi', 'open'].includes(name)),
  );
  expect(asking).toEqual(['cli/commands/connect.ts']);
});

it('no file is longer than 250 lines, and none only re-exports others', () => {
  const long = sources().filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 250);
  expect(long).toEqual([]);
  expect(sources().filter((file) => file.endsWith('/index.ts'))).toEqual([]);
});

/** Platforms are named where they are, and here: as examples, and in the demo, which shows what its made-up accounts have. */
const NAMES_PLATFORMS = ['cli/examples.ts', 'cli/simulate.ts'];

it('a platform is one folder: no other source names it', () => {
  const named = new RegExp(
    `\\b(${platformNames.join('|')})\\b|\\b(META|GOOGLE|LINKEDIN|YOUTUBE|INSTAGRAM|PINTEREST|THREADS|BLUESKY|MASTODON|TIKTOK)_`,
    'i',
  );
  const naming = sources().filter(
    (file) =>
      !/^(platforms|sandbox)\//.test(file) && named.test(withoutComments(readFileSync(join(SRC, file), 'utf8'))),
  );
  expect(naming).toEqual(NAMES_PLATFORMS);
});

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

it('the benches import only the public entry', () => {
  const bench = resolve(SRC, '../bench');
  const files = readdirSync(bench, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?js$/.test(file));
  const imported = files.flatMap((file) =>
    [...readFileSync(join(bench, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
      relative(bench, join(bench, file, '..', path)),
    ),
  );
  const outside = new Set(imported.filter((path) => path.startsWith('..')));
  expect([...outside]).toEqual(['../dist/lib/index.js']);
});

it('each method of the store calls the SQL function with its name', () => {
  const methods = readFileSync(join(SRC, 'store/sql-store.ts'), 'utf8').split(/^ {4}(?:async )?\*?(?=\w+[(:])/m);
  const unlike = methods.flatMap((method) => {
    const name = /^\w+/.exec(method)?.[0].replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const called = [...method.matchAll(/'(\w*collection\w*)'/g)].map(([, sql = '']) => sql);
    return called.filter((sql) => sql.replace(/_collection|collection_/, '') !== name);
  });
  expect(methods.length).toBeGreaterThan(20);
  expect(unlike).toEqual([]);
});
