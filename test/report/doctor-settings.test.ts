import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { definePlatform } from '../../src/platforms/definition.js';
import { readable, setBy, storeIsChosen } from '../../src/report/doctor-settings.js';
import { setting } from '../../src/setting.js';

const own = definePlatform({
  name: 'own',
  title: 'Own',
  variables: { OWN_KEY: setting((text) => text.length > 3, 'is too short', 'long') },
  create: () => {
    throw new Error('is not created');
  },
});

it.each([
  ['a wrong variable of a platform', { META_GRAPH_URL: 'ftp://x', LINKEDIN_VERSION: '202611' }, 0],
  ['a missing variable of an added platform', {}, 0],
  ['nothing', { OWN_KEY: 'long enough' }, 1],
])('%s keeps the other platforms from nothing', (_name, environment, usable) => {
  const { variables, definitions } = readable(environment, [own]);
  expect(definitions).toHaveLength(usable);
  expect(() => loadConfig(variables, definitions)).not.toThrow();
});

it('names the file of a secret, and whether the environment or .env set it', () => {
  const environment = { ENCRYPTION_KEY_FILE: '/run/key' };
  expect(setBy(['ENCRYPTION_KEY'], { environment, ofProcess: environment })).toBe(
    'ENCRYPTION_KEY_FILE is set in the environment',
  );
  expect(setBy(['ENCRYPTION_KEY'], { environment, ofProcess: {} })).toMatch(/ is set in \/.+\/\.env$/);
});

it('never shows a password of the chosen store', () => {
  const ENCRYPTION_KEY = `${'A'.repeat(43)}=`;
  const environment = { DATABASE_URL: 'postgres://me:hunter2@db:5432/app?password=hunter2', ENCRYPTION_KEY };
  const { message } = storeIsChosen(loadConfig(environment), { environment, ofProcess: environment });
  expect(message).toBe('PostgreSQL at db:5432/app: DATABASE_URL is set in the environment.');
});
