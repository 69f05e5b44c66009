import { expect, it } from 'vitest';
import packageLock from '../../package-lock.json' with { type: 'json' };

const REGISTRY = 'https://registry.npmjs.org/';

interface Entry {
  /** Of a package that is installed under another name. */
  readonly name?: string;
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
}

const installed = Object.entries<Entry>(packageLock.packages).filter(([path]) => path !== '');

it('every package comes from the public registry, under its own name and version', () => {
  const elsewhere = installed.filter(([path, { name: own, version, resolved }]) => {
    const name = own ?? path.replace(/^.*node_modules\//, '');
    return resolved !== `${REGISTRY}${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
  });
  expect(installed.length).toBeGreaterThan(100);
  expect(elsewhere.map(([path]) => path)).toEqual([]);
});

it('every package has a checksum, those of other systems among them', () => {
  const unchecked = installed.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
  expect(unchecked.map(([path]) => path)).toEqual([]);
});
