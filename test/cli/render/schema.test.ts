import { expect, test } from 'vitest';
import { renderAppliedSchema } from '../../../src/cli/render/schema.js';

const STORE = 'PostgreSQL at localhost/app';

test('lists what was done before the state of the schema', () => {
  const done = ['001_tables: the tables', 'functions: what the program calls'];
  expect(renderAppliedSchema(STORE, { done, findings: [] })).toBe(
    `${done.join('\n')}\n${STORE}: the schema is in place\n`,
  );
});

test('says that nothing was changed if the schema is up to date', () => {
  expect(renderAppliedSchema(STORE, { done: [], findings: [] })).toBe(
    `${STORE}: the schema is up to date, nothing was changed\n`,
  );
});

test('prints each finding with the statement that resolves it', () => {
  const findings = [
    {
      finding: 'anon may read analytics_snapshots',
      remedy: 'revoke select on public.analytics_snapshots from anon;',
    },
    {
      finding: 'platform_connections has no row level security',
      remedy: 'alter table public.platform_connections enable row level security;',
    },
  ];
  expect(renderAppliedSchema(STORE, { done: [], findings })).toMatchInlineSnapshot(`
    "PostgreSQL at localhost/app: the schema is up to date, nothing was changed

    Left unchanged. Below each finding is the statement that would change it; run it if your application allows:
      anon may read analytics_snapshots
        revoke select on public.analytics_snapshots from anon;
      platform_connections has no row level security
        alter table public.platform_connections enable row level security;
    "
  `);
});
