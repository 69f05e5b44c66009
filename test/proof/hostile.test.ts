import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { dayOf } from '../../src/collector/day.js';
import type { SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { parseSummary, runCli } from '../e2e/support/cli.js';
import { type ConnectionRow, connect, connectionRow, readyDatabase } from '../e2e/support/databases.js';
import { storedRows, trueRows } from '../e2e/support/truth.js';
import { listen } from '../support/database.js';
import { expectCountsAddUp } from '../support/summary.js';
import { DATE, ENDED, KIND, outcomes, PLATFORMS } from './support.js';

const MILLION = 1_000_000;
const END = dayOf(DATE, 'America/Los_Angeles').end.toISOString();

const LONGEST_TEXT = 500;
/** An account's id and name, its user, and a message. */
const LONGEST_LINE = 3 * 255 + LONGEST_TEXT + 100;

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...stringsOf(each)]);
}

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

type Answer = string | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: Buffer };

/** Platforms that answer an account's every request, known by its token, with the same bytes. */
async function serveBytes(answerTo: (token: string) => Answer): Promise<Record<string, string>> {
  const server = createServer((request, response) => {
    const answer = answerTo(request.headers.authorization?.replace('Bearer ', '') ?? '');
    const { status = 200, headers = {}, body } = typeof answer === 'string' ? { body: Buffer.from(answer) } : answer;
    response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
  });
  const url = await listen(server);
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    META_GRAPH_URL: url,
    INSTAGRAM_GRAPH_URL: url,
    YOUTUBE_ANALYTICS_URL: url,
    YOUTUBE_DATA_URL: url,
    GOOGLE_OAUTH_URL: url,
    LINKEDIN_API_URL: url,
    LINKEDIN_OAUTH_URL: url,
  };
}

async function collecting(rows: readonly ConnectionRow[], env: Readonly<Record<string, string>>, ...before: string[]) {
  const database = await readyDatabase(KIND);
  cleanups.push(database.close);
  for (const statement of before) await database.query(statement);
  await connect(database, rows);
  const run = await runCli(['collect', '--json', '--date', DATE], { env: { ...database.env, ...env } });
  expect(run.stdout, run.stderr).toMatch(/^\{/);
  const summary = parseSummary(run);
  expectCountsAddUp(summary);
  return { database, run, summary };
}

function account(platform: SandboxPlatform, user: number, accessToken: string): SandboxAccount {
  const accountId = platform === 'youtube' ? `UC${String(user).padStart(22, '0')}` : String(1_000 + user);
  return { platform, userId: `u${user}`, accountId, name: 'x', accessToken, followers: 1_000 };
}

const page = (value: string, name = '"page_media_view"') =>
  `{"data":[{"name":${name},"period":"day","values":[{"value":${value},"end_time":"${END}"}]}]}`;
const graphError = (message: string, code = 190) => `{"error":{"message":"${message}","code":${code}}}`;

const NUMBERS: readonly [value: string, stored: string | null][] = [
  ['9007199254740991', '9007199254740991'],
  ['9007199254740993', null],
  ['1e400', null],
  ['-1e400', null],
  ['-5', '-5'],
  ['1e3', '1000'],
  ['1.5', '1.5'],
  ['"12"', '12'],
  ...['"1e5"', '"NaN"', '"Infinity"', '"0x10"', '""', 'true', '[]'].map((value) => [value, null] as [string, null]),
];

const ODD: readonly [title: string, body: Answer, ended: string][] = [
  ['a metric that was not asked for', page('1', '"__proto__"'), 'no_data'],
  ['keys of the prototype', `{"__proto__":{"data":[]},"constructor":1,${page('1').slice(1)}`, 'settled'],
  ['NUL and half a character in an error', graphError('\\u0000 \\ud800 nul'), 'failed needs_reconnect'],
  ['an error cut in the middle of a character', graphError(`a${'🦊'.repeat(400)}`), 'failed needs_reconnect'],
  ['an error of 10 kB', graphError('no '.repeat(3_500)), 'failed needs_reconnect'],
  ['a million elements', `{"data":[${'1,'.repeat(MILLION)}1]}`, 'failed unexpected_response'],
  ['a million values', page(`1},${'{"value":1},'.repeat(MILLION / 2)}{"value":1`), 'failed unexpected_response'],
  ['a million levels', `${'['.repeat(MILLION)}${']'.repeat(MILLION)}`, 'failed unexpected_response'],
  ['levels in place of a number', page(`${'['.repeat(MILLION)}${']'.repeat(MILLION)}`), 'failed unexpected_response'],
  [
    'a small body that unfolds to 100 MB',
    { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(100 * MILLION, ' ')) },
    'failed unexpected_response',
  ],
  ['more than 10 MB', { body: Buffer.alloc(11 * MILLION, ' ') }, 'failed unexpected_response'],
];

describe.concurrent('whatever a platform answers,', () => {
  it('each number is stored exactly or not at all', async () => {
    const accounts = NUMBERS.map((_number, index) => account('facebook', index, `EAA${index}`));
    const env = await serveBytes((token) => page(NUMBERS[Number(token.slice(3))]?.[0] ?? ''));
    const { database } = await collecting(accounts.map(connectionRow), env);
    const rows = await database.query(
      `select ended.user_id, ended.outcome, ended.reason, snapshots.value::text
       from ${ENDED}
       left join analytics_snapshots snapshots
         on snapshots.user_id = ended.user_id and snapshots.metric = 'page_media_view'
       order by substr(ended.user_id, 2)::int`,
    );
    expect(rows).toEqual(
      NUMBERS.map(([, stored], index) => ({
        user_id: `u${index}`,
        outcome: stored === null ? 'failed' : 'settled',
        reason: stored === null ? 'unexpected_response' : null,
        value: stored,
      })),
    );
  });

  it('each odd answer ends as an outcome, in bounded memory', async () => {
    const accounts = ODD.map((_odd, index) => account('facebook', index, `EAA${index}`));
    const env = await serveBytes((token) => ODD[Number(token.slice(3))]?.[1] ?? '');
    const { database } = await collecting(accounts.map(connectionRow), {
      ...env,
      NODE_OPTIONS: '--max-old-space-size=256',
    });
    const rows = await database.query(
      `select concat_ws(' ', outcome, reason) as ended from ${ENDED} order by substr(user_id, 2)::int`,
    );
    expect(rows.map(({ ended }, index) => [ODD[index]?.[0], ended])).toEqual(
      ODD.map(([title, , ended]) => [title, ended]),
    );
  });

  it('names of content such as `constructor` are stored like any other', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'REEL'];
    const results = names.map((name, index) => `{"dimension_values":["${name}"],"value":${index + 1}}`).join();
    const body = `{"data":[{"name":"likes","total_value":{"value":10,"breakdowns":[{"results":[${results}]}]}}]}`;
    const env = await serveBytes(() => body);
    const { database } = await collecting([connectionRow(account('instagram', 1, 'EAA'))], env);
    const rows = await database.query(
      "select metric, value::int, metadata -> 'post_types' as types from analytics_snapshots",
    );
    expect(rows).toEqual([
      { metric: 'likes', value: 10, types: JSON.parse('{"__proto__":1,"constructor":2,"tostring":3,"reel":4}') },
    ]);
  });

  it('an API that fails for the run leaves storable messages and bounded tables', async () => {
    const refusal = '{"error":{"message":"\\u0000 \\ud800 off","errors":[{"reason":"accessNotConfigured"}]}}';
    const bodies: Record<string, Answer> = {
      ya29: { status: 403, body: Buffer.from(refusal) },
      AQX: `{"elements":[${'1,'.repeat(MILLION)}1]}`,
    };
    const accounts = [
      account('youtube', 1, 'ya29'),
      account('youtube', 2, 'ya29'),
      account('youtube', 3, 'ya29'),
      account('linkedin', 4, 'AQX'),
    ];
    const env = await serveBytes((token) => bodies[token] ?? '');
    const { database, summary } = await collecting(accounts.map(connectionRow), env);
    expect(await outcomes(database)).toEqual({
      youtube: 'failed configuration',
      linkedin: 'failed unexpected_response',
    });
    expect(summary.warnings).toEqual([expect.stringContaining('off (HTTP 403); enable the API')]);
  });
});

describe.concurrent('whatever a connection contains,', () => {
  const IDS = ['../../me', 'a/b', '.', '1?x=1', '..%2f1', '%00', '１２３', 'ünï', '9'.repeat(10_000), ' 1', 'urn:li:x'];

  it('an account id leads to no other address', async () => {
    const accounts = population({ users: IDS.length, platforms: PLATFORMS });
    const sandbox = await startSandbox({ accounts, record: true });
    cleanups.push(sandbox.close);
    const rows = accounts.map((known, index) => ({
      ...connectionRow(known),
      account_id: IDS[Math.floor(index / PLATFORMS.length)] ?? '',
      account_name: `${'n'.repeat(10_000)} \u202e`,
    }));
    const { database } = await collecting(rows, { ...sandbox.urls, ...SANDBOX_CREDENTIALS });
    expect(await outcomes(database)).toEqual({
      instagram: 'failed configuration',
      facebook: 'failed configuration',
      linkedin: 'failed configuration',
      youtube: 'failed configuration',
    });
    // A token is renewed without its account's id.
    const meant = ['/v2/reports', '/youtube/v3/channels', '/refresh_access_token'];
    expect(sandbox.requests.filter(({ path }) => !meant.includes(path))).toEqual([]);
    expect(sandbox.counters.unexpected).toBe(0);
  });

  it('no id, name or message of it is printed or kept at any length', async () => {
    const [known, other] = population({ users: 2, platforms: ['facebook'] });
    if (!known || !other) throw new Error('no accounts');
    const long = { user_id: 'u'.repeat(1_000), account_name: 'n'.repeat(10_000) };
    const refusal = Buffer.from(`{"error":{"message":"${'m '.repeat(10_000)}","code":190}}`);
    const env = await serveBytes(() => ({ status: 400, body: refusal }));
    const rows = [
      { ...connectionRow(known), ...long },
      { ...connectionRow(other), ...long, platform: 's'.repeat(10_000) },
    ];
    const { database, run, summary } = await collecting(rows, env);
    expect(summary.failures).toMatchObject([{ reason: 'needs_reconnect', user_id: expect.stringMatching(/^u+…$/) }]);
    const status = await runCli(['status', '--json'], { env: database.env });
    const list = await runCli(['connections', 'list', '--json'], { env: database.env });
    for (const { stdout } of [run, status, list]) {
      expect(stringsOf(JSON.parse(stdout)).filter((text) => text.length > LONGEST_TEXT)).toEqual([]);
    }
    for (const command of ['status --platform facebook', 'connections list', `collect --date ${DATE}`]) {
      const { stdout, stderr } = await runCli(command.split(' '), { env: { ...database.env, ...env } });
      const lines = `${stdout}${stderr}`.split('\n');
      expect(`${stdout}${stderr}`).toContain('uuu');
      expect(lines.filter((line) => line.length > LONGEST_LINE)).toEqual([]);
    }
    const kept = await database.query(
      'select length(account_name) as name, length(message) as message from collection_accounts where active',
    );
    expect(kept).toEqual([{ name: 255, message: 500 }]);
  });

  it('a token that cannot be sent in a header is never sent', async () => {
    const [known] = population({ users: 1, platforms: ['facebook'] });
    if (!known) throw new Error('no account');
    const row = connectionRow({ ...known, accessToken: `${known.accessToken}\nhost: elsewhere` });
    const { summary } = await collecting([row], await serveBytes(() => page('1')));
    expect(summary).toMatchObject({ requests: { total: 0 }, failures: [{ reason: 'undecryptable_token' }] });
  });

  it('a row without a user, or with an infinite expiry date, does not end the run', async () => {
    const accounts = population({ users: 2, platforms: ['facebook'] });
    const sandbox = await startSandbox({ accounts });
    cleanups.push(sandbox.close);
    const { database, summary } = await collecting(
      accounts.map(connectionRow),
      sandbox.urls,
      `create function odd() returns trigger language plpgsql as $$
       begin
         new.token_expires_at := case new.account_id when '${accounts[0]?.accountId}' then '-infinity' end;
         new.user_id := case when new.token_expires_at is not null then new.user_id end;
         return new;
       end $$`,
      'alter table platform_connections alter user_id drop not null',
      'create trigger odd before insert on platform_connections for each row execute function odd()',
    );
    expect(summary).toMatchObject({ status: 'completed', connections: { total: 1, succeeded: 1 } });
    expect(await storedRows(database)).toEqual(trueRows(accounts.slice(0, 1), [DATE]));
  });

  it('a user whom the database refuses does not affect others', async () => {
    const accounts = population({ users: 40, platforms: ['facebook'] });
    const sandbox = await startSandbox({ accounts });
    cleanups.push(sandbox.close);
    const rows = accounts.map(connectionRow);
    const odd = [7, 8, 30];
    const { database, summary } = await collecting(
      rows.map((row, index) => (odd.includes(index) ? { ...row, user_id: `not-a-uuid-${index}` } : row)),
      sandbox.urls,
      'drop view analytics_daily, analytics_by_account',
      'alter table analytics_snapshots alter user_id type uuid using user_id::uuid',
      'alter table analytics_account_snapshots alter user_id type uuid using user_id::uuid',
    );
    expect(summary).toMatchObject({ status: 'partial', days: { settled: 37, failed: 3 } });
    expect(summary.failures.map(({ message }) => message)).toEqual(
      odd.map(() => expect.stringContaining('the database refused the values of this day')),
    );
    const others = accounts.filter((_account, index) => !odd.includes(index));
    expect(await storedRows(database)).toEqual(trueRows(others, [DATE]));
  });
});
