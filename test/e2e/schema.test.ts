import { afterAll, describe, expect, it } from 'vitest';
import { generateKey } from '../../src/tokens/fernet.js';
import { freshPostgres } from '../support/database.js';
import { runCli } from './support/cli.js';

const SUPABASE = {
  SUPABASE_URL: 'http://127.0.0.1:1',
  SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_of-the-tests',
  ENCRYPTION_KEY: generateKey(),
};
const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

describe('the schema of a Supabase project', () => {
  it('cannot be applied over REST, and the message names the two ways that work', async () => {
    const refused = await runCli(['schema', '--apply'], { env: SUPABASE });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    for (const way of ['SQL editor', 'DATABASE_URL']) expect(refused.stderr).toContain(way);
  });

  it.skipIf(!process.env.TEST_DATABASE_URL)(
    'is applied over DATABASE_URL, and says what was done, or the second time that nothing was',
    async () => {
      const database = await freshPostgres();
      cleanups.push(database.close);
      const env = { ...SUPABASE, DATABASE_URL: database.url };
      const applied = await runCli(['schema', '--apply'], { env });
      expect(applied, applied.stderr).toMatchObject({ code: 0, stderr: '' });
      expect(applied.stdout).toMatch(
        /^applied 001_tables: .*\n[\s\S]*applied functions: .*\n.*the schema is in place\n$/,
      );
      const again = await runCli(['schema', '--apply'], { env });
      expect(again.stdout).toMatch(/^[^\n]*nothing was changed\n$/);
    },
  );
});

it.skipIf(!process.env.TEST_DATABASE_URL)(
  'schema --partitioned makes a new database partitioned, and is refused where the tables exist without',
  async () => {
    const [partitioned, plain] = [await freshPostgres(), await freshPostgres()];
    cleanups.push(partitioned.close, plain.close);
    const key = { ENCRYPTION_KEY: generateKey() };
    const apply = (url: string, ...flags: string[]) =>
      runCli(['schema', '--apply', ...flags], { env: { ...key, DATABASE_URL: url } });
    expect(await apply(partitioned.url, '--partitioned')).toMatchObject({ code: 0, stderr: '' });
    const kinds = await partitioned.query(`select relname from pg_class where relkind = 'p' order by 1`);
    expect(kinds.map(({ relname }) => relname)).toEqual(['analytics_account_snapshots', 'analytics_snapshots']);
    expect((await apply(partitioned.url)).stdout).toMatch(/nothing was changed\n$/);

    await apply(plain.url);
    const refused = await apply(plain.url, '--partitioned');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('exist without partitions');

    const printed = await runCli(['schema', '--partitioned'], { env: {} });
    await expect(plain.query(printed.stdout)).rejects.toThrow('exist without partitions');
  },
);
