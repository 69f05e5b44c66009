import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { APIS, addressesAt } from '../../src/sandbox/apis.js';
import { variableSchemas } from '../../src/variables.js';

it('replaces every address that the collector requests', () => {
  const addresses = Object.keys(variableSchemas().platforms.shape).filter((name) => name.endsWith('_URL'));
  expect(Object.keys(addressesAt('http://127.0.0.1:1')).sort()).toEqual(addresses.sort());
  expect(loadConfig(addressesAt('http://127.0.0.1:1')).platforms.META_GRAPH_URL).toBe('http://127.0.0.1:1/meta');
});

it('docs/sandbox.md lists all APIs', () => {
  const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
  const rows = Object.entries(APIS).map(([api, { host, variable }]) => `| \`${api}\` | ${host} | \`${variable}\` |`);
  expect(page).toContain(`|---|---|---|\n${rows.join('\n')}\n\n`);
});
