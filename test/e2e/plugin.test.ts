import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { serveApi } from '../support/api.js';
import { home, minutesAgo, runCli, startCli, until } from './support/cli.js';
import { readyDatabase } from './support/databases.js';

const ROOT = join(import.meta.dirname, '../..');

/** A project that has this package among its dependencies, and the example compiled in it. */
beforeAll(() => {
  mkdirSync(join(home, 'node_modules'), { recursive: true });
  symlinkSync(ROOT, join(home, 'node_modules/analytics-collect'));
  const source = readFileSync(join(ROOT, 'examples/hacker-news.ts'), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
  });
  module('hacker-news.mjs', outputText);
});

function module(name: string, text: string): string {
  writeFileSync(join(home, name), text);
  return `./${name}`;
}

const SECRET = 'e2e-0123456789abcdef';
const PLUGIN = ['--plugin', './hacker-news.mjs'];

describe('the example platform, one file outside the source,', () => {
  it('is connected without a token, collected once, and stores its closing figure', async () => {
    const { url, requests } = await serveApi(({ pathname }) =>
      pathname === '/v0/user/pg.json' ? [200, { id: 'pg', karma: 157_316 }] : [200, null],
    );
    const database = await readyDatabase('embedded');
    try {
      const env = { ...database.env, HACKER_NEWS_URL: url };
      const add = ['connections', 'add', '--user', 'u1', '--platform', 'hacker_news', ...PLUGIN];
      const added = await runCli([...add, '--account', 'pg'], { env });
      expect(added.stdout, added.stderr).toMatch(/^added connection .*: hacker_news .*pg.* of user u1\n$/);
      const unknown = await runCli([...add, '--account', 'nobody'], { env });
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toContain('Hacker News has no user nobody');

      const first = await runCli(['collect', '--json', ...PLUGIN], { env });
      expect(first, first.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(first.stdout)).toMatchObject({
        status: 'completed',
        connections: { total: 1, succeeded: 1, failed: 0, skipped: 0 },
        metrics: { inserted: 1 },
        warnings: [],
      });
      const again = await runCli(['collect', '--json', ...PLUGIN], { env });
      expect(JSON.parse(again.stdout)).toMatchObject({ status: 'completed', metrics: { inserted: 0, updated: 0 } });
      expect(requests.map(({ pathname }) => pathname)).toContain('/v0/user/pg.json');

      const rows = await database.query('select platform, metric, value::int, metadata from analytics_snapshots');
      expect(rows).toEqual([
        {
          platform: 'hacker_news',
          metric: 'karma',
          value: 157_316,
          metadata: expect.objectContaining({ api: 'hacker_news_firebase', period: 'lifetime', aggregate: 'last' }),
        },
      ]);

      const ignored = await runCli(['status', '--json'], { env });
      expect(JSON.parse(ignored.stdout)).toMatchObject({ platforms: [], ignored: { hacker_news: 1 } });
      const known = await runCli(['status', '--json', ...PLUGIN], { env });
      expect(JSON.parse(known.stdout), known.stderr).toMatchObject({
        platforms: [{ platform: 'hacker_news', accounts: 1 }],
        ignored: {},
      });
      const [{ id }] = JSON.parse((await runCli(['connections', 'list', '--json'], { env })).stdout);
      const primary = await runCli(['connections', 'primary', id, ...PLUGIN], { env });
      expect(primary, primary.stderr).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('already the primary'),
      });
      const prune = ['prune', '--json', '--platform', 'hacker_news', '--older-than', '1y', ...PLUGIN];
      expect(await runCli(prune, { env })).toMatchObject({ code: 0, stdout: expect.stringContaining('hacker_news') });

      const server = startCli(['serve', '--port', '0', ...PLUGIN], {
        env: { ...env, INTERNAL_CRON_SECRET: SECRET, ANALYTICS_CRON: minutesAgo(720) },
      });
      await until(() => server.told().includes('listening on'));
      const [address = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(server.told()) ?? [];
      const trigger = (platform: string) =>
        fetch(`${address}/api/internal/analytics/trigger-collection`, {
          method: 'POST',
          headers: { 'x-cron-secret': SECRET },
          body: JSON.stringify({ platforms: [platform] }),
        });
      expect((await trigger('hacker_news')).status, server.told()).toBe(202);
      expect(await (await trigger('myspace')).text()).toMatch(/linkedin.*, hacker_news/);
      server.kill('SIGTERM');
      expect(await server.ended).toMatchObject({ code: 0 });
    } finally {
      await database.close();
    }
  });

  it('is loaded from a CommonJS module too', async () => {
    const source = readFileSync(join(ROOT, 'examples/hacker-news.ts'), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
    });
    const path = module('hacker-news.cjs', outputText);
    const { stdout, stderr } = await runCli(['platforms', '--json', '--plugin', path]);
    expect(stdout, stderr).toContain('"platform": "hacker_news"');
  });

  it('is among the platforms, with its metrics', async () => {
    const { stdout } = await runCli(['platforms', '--json', ...PLUGIN]);
    const platforms: { platform: string; metrics: { name: string; api_name: string }[] }[] = JSON.parse(stdout);
    expect(platforms.at(-1)).toMatchObject({
      platform: 'hacker_news',
      metrics: [{ name: 'karma', api_name: 'karma' }],
    });
    expect((await runCli(['platforms', '--json'])).stdout).not.toContain('hacker_news');
  });

  it('has its variables validated with all others', async () => {
    const env = { HACKER_NEWS_URL: 'nonsense', META_GRAPH_VERSION: '25' };
    const { code, stderr } = await runCli(['platforms', ...PLUGIN], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('HACKER_NEWS_URL is not an https:// address');
    expect(stderr).toContain('META_GRAPH_VERSION is not');
  });
});

describe('an invalid plugin is refused with an explanation:', () => {
  const flat = (name: string, rest = '') => `export default {
    name: '${name}', title: 'T', variables: {}, create: () => ({ name: '${name}' ${rest} }),
  };`;

  it.each([
    ['a file that is not there', './absent.js', '', 'There is no plugin ./absent.js.'],
    ['a folder', './', '', 'There is no plugin ./.'],
    ['a file that is no module', './broken.mjs', 'export default {', 'The plugin ./broken.mjs cannot be loaded: '],
    ['a module without a default export', './empty.mjs', 'export const a = 1;', 'has no default export'],
    ['something else', './else.mjs', 'export default { name: 1 };', 'is not a platform:\n  name: '],
    ['a platform without metrics', './bare.mjs', flat('bare'), 'is not a platform:\n  api: '],
    [
      'columns that nothing reads',
      './columns.mjs',
      `export default { name: 'columns', title: 'T', accountColumns: ['handle'], variables: {}, create() {} };`,
      'accountColumns: has no effect: the account is read from account_id or page_id',
    ],
    ['a name that is taken', './taken.mjs', flat('youtube'), 'named "youtube", but that name is taken'],
  ])('%s', async (_what, path, text, message) => {
    if (text !== '') module(path, text);
    const { code, stdout, stderr } = await runCli(['platforms', '--plugin', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\[usage\]\n$/);
  });

  it('one that lies where Node does not find the package', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'analytics-collect-plugin-'));
    const path = join(folder, 'far.mjs');
    writeFileSync(path, "import 'analytics-collect';");
    const { code, stderr } = await runCli(['platforms', '--plugin', path]);
    rmSync(folder, { recursive: true });
    expect(code).toBe(2);
    expect(stderr).toContain('Move it into this project’s folder');
  });

  it('the same one given twice', async () => {
    const { code, stderr } = await runCli(['collect', ...PLUGIN, ...PLUGIN]);
    expect(code).toBe(2);
    expect(stderr).toContain('named "hacker_news", but that name is taken');
  });
});
