import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { BIN, collectJson, home } from './support/cli.js';
import { connect, connectionRow, type Database, ONE_SERVER, readyDatabase } from './support/databases.js';
import { daysAgo } from './support/truth.js';

const ROOT = join(import.meta.dirname, '../..');
const { PATH = '' } = process.env;
const [kind = 'Supabase'] = ONE_SERVER;
const accounts = population({ users: 3, platforms: ['instagram', 'linkedin'] });
const [ME = '', OTHER = ''] = [...new Set(accounts.map(({ userId }) => userId))];

let database: Database;
let rows: Awaited<ReturnType<typeof everything>>;
beforeAll(async () => {
  database = await readyDatabase(kind);
  const connections = accounts.map(connectionRow);
  await connect(database, connections);
  const sandbox = await startSandbox({ accounts });
  await collectJson([], { env: { ...database.env, ...sandbox.urls }, code: 0 });
  await sandbox.close();
  await database.query(
    `update analytics_snapshots set metadata = metadata || '{"first": {"value": 1, "fetched_at": "2026-01-01T00:00:00Z"}}'
     where metric = 'likes' and user_id = '${ME}'`,
  );
  await database.query(
    `update collection_accounts set reason = 'needs_reconnect', message = 'The token has expired', failing_since = now(), failing_runs = 3
     where user_id = '${OTHER}' and platform = 'linkedin'`,
  );
  rows = await everything();
});
afterAll(() => database.close());

function everything() {
  const tables = ['platform_connections', 'analytics_snapshots', 'analytics_account_snapshots'];
  const own = ['accounts', 'outcomes', 'runs', 'migrations'].map((name) => `collection_${name}`);
  return Promise.all(
    [...tables, ...own].map((table) =>
      database.query(`select count(*) as rows, md5(string_agg(t::text, '' order by t::text)) as hash from ${table} t`),
    ),
  );
}

interface Answer {
  readonly isError?: boolean;
  readonly structuredContent?: Record<string, unknown>;
  readonly content: { readonly text: string }[];
}

const answers: string[] = [];

/** A client of the built command. Without the encryption key: nothing here needs it. */
async function open(...flags: string[]) {
  const { ENCRYPTION_KEY: _, ...env } = database.env;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--liftoff-only', BIN, 'mcp', ...flags],
    cwd: home,
    env: { PATH: process.env.PATH ?? '', HOME: home, ...env },
    stderr: 'pipe',
  });
  const client = new Client({ name: 'a test', version: '1.0.0' });
  const unexpected: Error[] = [];
  client.onerror = (error) => unexpected.push(error);
  await client.connect(transport);
  return {
    client,
    unexpected,
    async ask(name: string, given: Record<string, unknown> = {}) {
      const answer = (await client.callTool({ name, arguments: given })) as unknown as Answer;
      answers.push(JSON.stringify(answer));
      return answer;
    },
    async get(name: string, given: Record<string, unknown> = {}) {
      const { isError, structuredContent, content } = await this.ask(name, given);
      if (isError || structuredContent === undefined) throw new Error(content[0]?.text);
      expect(JSON.parse(content[0]?.text ?? '')).toEqual(structuredContent);
      // biome-ignore lint/suspicious/noExplicitAny: whatever the schema says; the client has checked it.
      return structuredContent as any;
    },
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

describe('mcp', () => {
  let all: Opened;
  beforeAll(async () => {
    all = await open();
  });
  afterAll(() => all.client.close());

  it('describes its tools as read-only, with schemas of their input and output', async () => {
    const { tools } = await all.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['accounts', 'metrics', 'totals', 'coverage', 'explain']);
    for (const { description, annotations, inputSchema, outputSchema } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect(description?.length).toBeGreaterThan(200);
      expect(outputSchema?.properties).toBeDefined();
      const inputs = Object.values(inputSchema.properties ?? {}) as { description?: string }[];
      expect(inputs.filter(({ description }) => description === undefined)).toEqual([]);
    }
    expect(all.client.getInstructions()).toContain('absent, never zero');
  });

  it('lists accounts in pages, with why one fails and what to do', async () => {
    const first = await all.get('accounts', { limit: 4 });
    const second = await all.get('accounts', { limit: 4, cursor: first.next_cursor });
    const ids = [...first.accounts, ...second.accounts].map(({ account_id }: { account_id: string }) => account_id);
    expect(new Set(ids).size).toBe(accounts.length);
    expect(second.next_cursor).toBeNull();
    expect(first.note).toContain('next_cursor');
    const { accounts: failing } = await all.get('accounts', { only_failing: true });
    expect(failing).toEqual([
      expect.objectContaining({
        user_id: OTHER,
        platform: 'linkedin',
        failing: expect.objectContaining({
          reason: 'needs_reconnect',
          runs: 3,
          fix: expect.stringContaining('connect'),
        }),
      }),
    ]);
  });

  it('gives values with their unit, certainty and correction, each once over all pages', async () => {
    const given = { user_id: ME, platform: 'instagram', limit: 20 };
    const seen: string[] = [];
    let [cursor, pages]: [string | undefined, number] = [undefined, 0];
    do {
      const page = await all.get('metrics', { ...given, ...(cursor && { cursor }) });
      for (const { metric, values } of page.series) for (const { date } of values) seen.push(`${metric} ${date}`);
      expect(page.is_cut).toBe(page.next_cursor !== null);
      cursor = page.next_cursor;
      pages++;
    } while (cursor);
    expect(pages).toBeGreaterThan(3);
    const [{ values } = {}] = await database.query(
      `select count(*)::integer as values from analytics_snapshots
       where user_id = '${ME}' and platform = 'instagram' and not metadata ? 'alias_of'`,
    );
    expect(seen).toHaveLength(Number(values));
    expect(new Set(seen).size).toBe(seen.length);

    const { series } = await all.get('metrics', { ...given, metrics: ['likes', 'reach'] });
    const [likes, reach] = series;
    expect(likes).toMatchObject({ metric: 'likes', unit: 'count', aggregate: 'sum', meaning: 'Likes received' });
    expect(likes.values[0]).toMatchObject({ settled: true, corrected_from: { value: 1 } });
    expect(likes.values.at(-1).settled).toBe(false);
    expect(reach).toMatchObject({ metric: 'reach', aggregate: 'none' });
  });

  it('adds up what may be added up, and refuses the rest', async () => {
    const given = { user_id: ME, platform: 'instagram', metrics: ['likes', 'reach', 'followers_count'] };
    const { totals } = await all.get('totals', given);
    const of = (name: string) => totals.find(({ metric }: { metric: string }) => metric === name);
    const [{ sum } = {}] = await database.query(
      `select sum(value)::integer as sum from analytics_snapshots where user_id = '${ME}' and platform = 'instagram' and metric = 'likes'`,
    );
    expect(of('likes')).toMatchObject({ kind: 'sum', value: Number(sum), days_with_values: 7, missing: { days: 0 } });
    expect(of('likes').provisional.days).toBeGreaterThan(0);
    expect(of('reach')).toMatchObject({ kind: 'refused', value: null, why: expect.stringContaining('unique people') });
    expect(of('followers_count')).toMatchObject({ kind: 'closing_level', date: expect.any(String) });
    const day = daysAgo(4);
    const { totals: single } = await all.get('totals', { ...given, metrics: ['reach'], since: day, until: day });
    expect(single).toEqual([expect.objectContaining({ kind: 'single_day', date: day, value: expect.any(Number) })]);
  });

  it('names the days missing from a total', async () => {
    const day = daysAgo(4);
    const where = `where user_id = '${ME}' and metric = 'comments' and date = '${day}'`;
    const kept = await database.query(`select to_jsonb(t)::text as row from analytics_snapshots t ${where}`);
    await database.query(`delete from analytics_snapshots ${where}`);
    const { totals } = await all.get('totals', { user_id: ME, platform: 'instagram', metrics: ['comments'] });
    expect(totals).toEqual([expect.objectContaining({ days_with_values: 6, missing: { days: 1, dates: [day] } })]);
    await database.query(
      `insert into analytics_snapshots select (jsonb_populate_record(null::analytics_snapshots, $1::text::jsonb)).*`,
      [kept[0]?.row],
    );
  });

  it('counts days by platform, and for one user by account', async () => {
    const { platforms, accounts: none } = await all.get('coverage');
    expect(none).toEqual([]);
    const instagram = platforms.find(({ platform }: { platform: string }) => platform === 'instagram');
    const days = Object.values<number>(instagram.days).reduce((sum, number) => sum + number, 0);
    expect([instagram.accounts, days]).toEqual([3, 21]);
    const mine = await all.get('coverage', { user_id: ME });
    expect(mine.accounts).toHaveLength(2);
    expect(mine.accounts[0].not_complete[0]).toEqual({ date: expect.any(String), state: 'provisional' });
  });

  it('explains a day: what is final, provisional or missing, and why', async () => {
    const recent = await all.get('explain', { user_id: ME, platform: 'instagram', date: daysAgo(2) });
    expect(recent.metrics.likes).toMatchObject({ state: 'provisional', value: expect.any(Number) });
    const old = await all.get('explain', { user_id: ME, platform: 'instagram', date: daysAgo(5), metric: 'likes' });
    expect(old.metrics.likes).toMatchObject({ state: 'corrected', first: { value: 1 } });
    const unknown = await all.ask('explain', { user_id: 'nobody', platform: 'instagram', date: daysAgo(5) });
    expect([unknown.isError, unknown.content[0]?.text]).toEqual([true, expect.stringContaining('no user "nobody"')]);
  });

  it.each([
    ['metrics', { user_id: ME, platform: 'instagran' }, 'There is no platform'],
    ['metrics', { user_id: ME, since: '2026-02-30' }, '2026-02-30 is not a date'],
    ['metrics', { user_id: ME, since: '2020-01-01', until: '2026-01-01' }, 'Ask for less at a time'],
    ['explain', { user_id: ME, platform: 'facebook', date: '2026-11-01' }, 'has no account on'],
    ['accounts', { cursor: 'bm90aGluZw' }, 'The cursor is not from this tool'],
    ['metrics', {}, 'user_id'],
  ])('says what is wrong with %s %j', async (name, given, why) => {
    const { isError, content } = await all.ask(name, given);
    expect([isError, content[0]?.text]).toEqual([true, expect.stringContaining(why)]);
  });

  it('writes nothing but the protocol to standard output', () => {
    expect(all.unexpected).toEqual([]);
  });
});

describe('mcp --user', () => {
  let mine: Opened;
  beforeAll(async () => {
    mine = await open('--user', ME);
  });
  afterAll(() => mine.client.close());

  it('does not take a user', async () => {
    const { tools } = await mine.client.listTools();
    expect(tools.filter(({ inputSchema }) => 'user_id' in (inputSchema.properties ?? {}))).toEqual([]);
  });

  it("reaches no other user's accounts and values, whatever it is sent", async () => {
    const cursor = (key: object) => Buffer.from(JSON.stringify(key)).toString('base64url');
    const before = { user_id: '', platform: '', account_id: '' };
    const told = await Promise.all([
      mine.get('accounts'),
      mine.get('accounts', { user_id: OTHER, cursor: cursor(before) }),
      mine.get('metrics', { user_id: OTHER }),
      mine.get('metrics', { cursor: cursor({ ...before, user_id: OTHER, date: '2026-01-01', metric: '' }) }),
      mine.get('totals', { user_id: OTHER }),
      mine.get('coverage', { user_id: OTHER }),
      mine.get('explain', { user_id: OTHER, platform: 'instagram', date: daysAgo(2) }),
    ]);
    const text = JSON.stringify(told);
    expect(text).toContain(ME);
    const others = accounts.filter(({ userId }) => userId !== ME);
    expect(others.flatMap(({ userId, accountId }) => [userId, accountId]).filter((id) => text.includes(id))).toEqual(
      [],
    );
  });
});

describe.runIf(kind === 'PostgreSQL')('the documentation', () => {
  const page = readFileSync(join(ROOT, 'docs/chatbots.md'), 'utf8');
  const block = (language: string) => new RegExp(`\`\`\`${language}\\n(.+?)\`\`\``, 's').exec(page)?.[1] ?? '';
  const role = `chatbot_${process.pid}`;

  it('works in every tool with the documented configuration and role, which cannot read tokens', async () => {
    await database.query(block('sql').replaceAll(/\bchatbot\b/g, role));
    try {
      const { analytics } = JSON.parse(block('json')).mcpServers;
      const args: string[] = analytics.args.map((arg: string) =>
        arg.replace('/srv/analytics-collect/bin/analytics-collect.js', BIN).replace(/^me$/, ME),
      );
      const given = new URL(database.env.DATABASE_URL ?? '');
      Object.assign(given, { username: role, password: 'a-long-one' });
      const env = { ...Object.fromEntries(Object.keys(analytics.env).map((name) => [name, given.href])), PATH };
      const client = new Client({ name: 'a test', version: '1.0.0' });
      await client.connect(new StdioClientTransport({ command: analytics.command, args, env, cwd: home }));
      const day = { platform: 'instagram', date: daysAgo(4) };
      const { tools } = await client.listTools();
      for (const { name } of tools) {
        const answer = await client.callTool({ name, arguments: name === 'explain' ? day : {} });
        expect([name, answer.isError, JSON.stringify(answer)]).toEqual([name, undefined, expect.stringContaining(ME)]);
      }
      await client.close();
      await expect(
        database.query(`begin; set local role ${role}; select access_token from platform_connections`),
      ).rejects.toThrow('permission denied');
    } finally {
      await database.query(`rollback; drop owned by ${role}; drop role ${role}`);
    }
  });
});

it('no answer contained a token, plain or encrypted, and nothing changed in the database', async () => {
  const stored = await database.query('select access_token, refresh_token from platform_connections');
  const tokens = [
    ...stored.flatMap((row) => [row.access_token, row.refresh_token]),
    ...accounts.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]),
    ...database.secrets,
  ].filter((token) => token !== null && token !== undefined);
  const text = answers.join('\n');
  expect(text.length).toBeGreaterThan(10_000);
  expect(tokens.length).toBeGreaterThan(accounts.length);
  expect(tokens.filter((token) => text.includes(String(token)))).toEqual([]);
  expect(await everything()).toEqual(rows);
});

it('says how to install the protocol’s package where it is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'analytics-collect-mcp-'));
  try {
    for (const part of ['bin', 'dist/lib', 'package.json'])
      await cp(join(ROOT, part), join(folder, part), { recursive: true });
    const args = [join(folder, 'bin/analytics-collect.js'), 'mcp'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env: {}, encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^error: mcp needs the package .*: npm install @modelcontextprotocol\/sdk\. \[package_missing\]\n$/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
