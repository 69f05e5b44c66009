import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_COLUMNS } from '../../src/platforms/definition.js';
import { DEFINITIONS } from '../../src/platforms/registry.js';
import { freshPglite } from '../support/database.js';

const PLATFORMS = DEFINITIONS.map(({ name, accountColumns = ACCOUNT_COLUMNS }) => ({ name, accountColumns }));
/** Those of the platforms, and others that an application may have beside them. */
const COLUMNS = [
  ...new Set([...PLATFORMS.flatMap(({ accountColumns }) => accountColumns), 'channel_id', 'external_id', 'username']),
];

let engine: Awaited<ReturnType<typeof freshPglite>>;

beforeAll(async () => {
  engine = await freshPglite();
  for (const column of COLUMNS) {
    await engine.query(`alter table public.platform_connections add column if not exists ${column} text`);
  }
});
afterAll(() => engine.close());

/** The account that the database reads from a connection with these columns. */
async function accountOf(platform: string, values: Readonly<Record<string, string>>): Promise<unknown> {
  const names = Object.keys(values);
  const [row] = await engine.query(
    `insert into public.platform_connections (user_id, platform, ${names.join(', ')})
     values ('u1', $1, ${names.map((_, index) => `$${index + 2}`).join(', ')}) returning id`,
    [platform, ...Object.values(values)],
  );
  const [read] = await engine.query('select account_id from public.collection_connections where id = $1', [row?.id]);
  return read?.account_id;
}

describe.each(PLATFORMS)("a connection of $name has its account's id", ({ name, accountColumns }) => {
  it.each(COLUMNS.map((column) => ({ column, holds: accountColumns.includes(column) })))(
    'in $column: $holds',
    async ({ column, holds }) => {
      const account = await accountOf(name, { [column]: '4711' });
      if (holds) expect(account).toMatch(/(^|:)4711$/);
      else expect(account).toBeNull();
    },
  );

  it('in the first of its columns that is not empty', async () => {
    for (const [index, column] of accountColumns.entries()) {
      const left = accountColumns.slice(index).map((each, place) => [each, String(100 + index + place)] as const);
      expect(await accountOf(name, Object.fromEntries(left)), column).toMatch(new RegExp(`(^|:)${100 + index}$`));
    }
  });
});
