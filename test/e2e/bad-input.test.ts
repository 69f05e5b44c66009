import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKey } from '../../src/tokens/fernet.js';
import { listen } from '../support/database.js';
import { home, runCli } from './support/cli.js';
import { type Database, emptyDatabase, readyDatabase, SERVERS } from './support/databases.js';

const KEY = generateKey();

/** One message on stderr that names what is wrong; nothing on stdout, no trace of the program's insides. */
async function expectRefusal(args: string[], env: Record<string, string>, code: number, names: readonly string[]) {
  const { stdout, stderr, ...run } = await runCli(args, { env });
  expect(run, stderr).toEqual({ code });
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: /);
  for (const name of names) expect(stderr).toContain(name);
  expect(stderr).toMatch(/\[[a-z_]+\]\n$/);
  expect(stderr).not.toContain('    at ');
  expect(stderr.match(/error:/g)).toHaveLength(1);
}

describe.concurrent('a wrong flag', () => {
  it.each([
    ['a day that is not in the calendar', ['--date', '2026-02-30'], ['--date', '2026-02-30']],
    ['an unknown flag', ['--dats', '2026-01-01'], ['--dats', '--help']],
  ])('%s', async (_name, flags, names) => {
    await expectRefusal(['collect', ...flags], {}, 2, names);
  });
});

describe.concurrent('refused before the embedded database is started:', () => {
  const env = { ANALYTICS_DATA_DIR: join(home, 'never-made') };
  const outdated = { ...env, META_GRAPH_VERSION: '25' };

  it.each([
    ['collect --date nonsense', env, '--date'],
    ['collect --platform myspace', env, '--platform'],
    ['collect', outdated, 'META_GRAPH_VERSION'],
    ['collect --dry-run', outdated, 'META_GRAPH_VERSION'],
    ['status', outdated, 'META_GRAPH_VERSION'],
    ['status --today --days 3', env, '--today'],
    ['connections list', outdated, 'META_GRAPH_VERSION'],
    ['prune --platform myspace --older-than 1y', env, '--platform'],
    ['schema --apply', outdated, 'META_GRAPH_VERSION'],
    ['serve', env, 'INTERNAL_CRON_SECRET'],
  ])('%s', async (command, env, name) => {
    await expectRefusal(command.split(' '), env, 2, [name]);
    expect(existsSync(env.ANALYTICS_DATA_DIR)).toBe(false);
  });
});

describe.concurrent('a wrong setting', () => {
  it('several are reported at once', async () => {
    const env = { SUPABASE_URL: 'nonsense', META_GRAPH_VERSION: '25', ENCRYPTION_KEY: 'x' };
    await expectRefusal(['collect'], env, 2, ['SUPABASE_URL', 'META_GRAPH_VERSION', 'ENCRYPTION_KEY']);
  });

  it.each([
    ['DATABASE_URL', (origin: string) => ({ DATABASE_URL: `${origin.replace('http', 'postgres')}/app` })],
    ['SUPABASE_URL', (origin: string) => ({ SUPABASE_URL: origin, SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_test' })],
  ])('a %s that does not answer', async (name, settings) => {
    const server = createServer();
    const origin = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    // A run would wait for it.
    await expectRefusal(['status'], { ...settings(origin), ENCRYPTION_KEY: KEY }, 1, [name, 'store_unreachable']);
  });
});

afterAll(() => {
  // The cases above were refused before the embedded database, which they would have used, was made.
  expect(existsSync(join(home, '.local'))).toBe(false);
});

describe.each(SERVERS)('a database that is not ready, %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await emptyDatabase(kind);
  });
  afterAll(() => database.close());

  it('because it lacks the schema', async () => {
    await expectRefusal(['collect'], database.env, 2, ['schema_missing', 'analytics-collect schema']);
    expect(await database.query("select to_regclass('collection_runs') as made")).toEqual([{ made: null }]);
  });
});

describe.each(SERVERS)('a table that lacks the right unique key, %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await readyDatabase(kind);
    await database.query(
      `alter table analytics_snapshots drop constraint analytics_snapshots_one_per_key,
         add unique (user_id, platform, source, metric, date, post_id)`,
    );
  });
  afterAll(() => database.close());

  it('is not written to', async () => {
    const names = ['schema_outdated', 'NULLS NOT DISTINCT', 'analytics-collect schema'];
    await expectRefusal(['collect'], database.env, 2, names);
    expect(await database.query('select * from collection_runs')).toEqual([]);
  });

  const useless = kind === 'Supabase' ? ['sb_secret_of-another-project', 'sb_publishable_of-the-tests'] : [];
  for (const key of useless) {
    it(`with the key ${key}, which opens nothing`, async () => {
      const env = { ...database.env, SUPABASE_SERVICE_ROLE_KEY: key };
      await expectRefusal(['collect'], env, 2, ['SUPABASE_SERVICE_ROLE_KEY']);
      expect(await database.query('select * from collection_runs')).toEqual([]);
    });
  }
});
