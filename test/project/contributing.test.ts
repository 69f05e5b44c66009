import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import packageLock from '../../package-lock.json' with { type: 'json' };

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const CONTRIBUTING = read('CONTRIBUTING.md');

it('CONTRIBUTING.md lists every command that .ci/run calls', () => {
  const run = read('.ci/run');
  const [, looped = ''] = /for script in (.+); do/.exec(run) ?? [];
  const called = [...run.matchAll(/^ *npm (ci|run \w+)/gm)].map(([, command = '']) => `npm ${command}`);
  const scripts = looped.split(' ').map((script) => (script === 'test' ? 'npm test' : `npm run ${script}`));
  expect([...called, ...scripts]).toEqual(
    expect.arrayContaining(['npm ci', 'npm run check', 'npm test', 'npm run proof']),
  );
  expect([...called, ...scripts].filter((command) => !CONTRIBUTING.includes(command))).toEqual([]);
});

it('every script named in CONTRIBUTING.md exists', () => {
  const named = [...CONTRIBUTING.matchAll(/npm run (\w+)/g)].map(([, script = '']) => script);
  expect(named.filter((script) => !Object.keys(packageJson.scripts).includes(script))).toEqual([]);
});

it('every folder and file of the documented tree exists', () => {
  const [, tree = ''] = /```\n(bin\/.+?)```/s.exec(CONTRIBUTING) ?? [];
  const paths = tree
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});

it('the package names its repository, and its lock file has its version', () => {
  const { repository, bugs, homepage } = packageJson;
  for (const url of [repository.url, bugs, homepage])
    expect(url).toContain('github.com/analytics-collect/analytics-collect');
  expect([packageLock.version, packageLock.packages[''].version]).toEqual([packageJson.version, packageJson.version]);
});

it('security fixes are promised for the released version', () => {
  const [major, minor] = packageJson.version.split('.');
  expect(read('SECURITY.md')).toContain(`| ${major}.${minor}.x | yes |`);
});
