import { afterAll, describe, expect, it } from 'vitest';
import { openApp } from '../../src/app.js';
import { DEFAULTS } from '../../src/collector/options.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { collectJson, expectNoSecrets, runCli } from '../e2e/support/cli.js';
import {
  ACCOUNTS,
  CLIENT_SECRETS,
  connectedDatabase,
  DATE,
  everythingStored,
  expectWholeTable,
  TOKENS,
} from './support.js';

const APP_SECRET = 'a1b2c3d4e5f60718';
const DECRYPTED = ACCOUNTS.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken ?? accessToken]);

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

async function world() {
  const [sandbox, database] = await Promise.all([
    startSandbox({ accounts: ACCOUNTS, record: true, metaAppSecret: APP_SECRET }),
    connectedDatabase(),
  ]);
  cleanups.push(sandbox.close, database.close);
  const env = { ...database.env, ...sandbox.environment, META_APP_SECRET: APP_SECRET };
  return { sandbox, database, env };
}

describe.concurrent('secrets', () => {
  it('an app secret signs every request to its host, and appears nowhere', async () => {
    const { sandbox, database, env } = await world();
    await collectJson(['--date', DATE], { env, code: 0 });
    await expectWholeTable(database);
    const signed = (api: string) =>
      sandbox.requests
        .filter((request) => request.api === api)
        .map(({ query, body }) => query.has('appsecret_proof') || new URLSearchParams(body).has('appsecret_proof'));
    expect(new Set(signed('meta'))).toEqual(new Set([true]));
    expect(new Set(signed('instagram'))).toEqual(new Set([false]));
    expectNoSecrets([...TOKENS, ...CLIENT_SECRETS, ...database.secrets, APP_SECRET], await everythingStored(database));
  });

  it('a wrong app secret ends the platform with a message that does not contain it', async () => {
    const { database, env } = await world();
    const wrong = { ...env, META_APP_SECRET: 'ffffeeeeddddcccc' };
    const summary = await collectJson(['--date', DATE, '--platform', 'facebook'], { env: wrong, code: 1 });
    expect(summary.failures).toMatchObject([{ reason: 'configuration' }, { reason: 'configuration' }]);
    expectNoSecrets([...TOKENS, 'ffffeeeeddddcccc'], await everythingStored(database));
  });

  it('a token is announced before the first request that uses it', async () => {
    const { sandbox, env } = await world();
    const told: string[] = [];
    const carried = ({ requests }: Sandbox, token: string) =>
      requests.some(({ headers, body }) => headers.authorization === `Bearer ${token}` || body.includes(token));
    const onToken = (token: string) => void told.push(`${token} ${carried(sandbox, token)}`);
    const app = await openApp({ environment: env, onToken });
    await app.collect(
      {
        ...DEFAULTS,
        window: { kind: 'dates', since: DATE, until: DATE },
        concurrency: 2,
        trigger: 'test',
        signal: new AbortController().signal,
      },
      () => undefined,
    );
    await app.close();
    expect(new Set(told)).toEqual(new Set(DECRYPTED.map((token) => `${token} false`)));
  });

  it('an uncaught error is printed without what it quotes', async () => {
    const { env } = await world();
    const thrown = "throw new Error('postgres://me:hunter2@db refused Bearer EAAsandboxPage000001')";
    // Thrown once the command connects to something, which it does in the midst of a run.
    const preloaded = `import { Socket } from 'node:net';
      const connect = Socket.prototype.connect;
      Socket.prototype.connect = function (...to) { setImmediate(() => { ${thrown} }); return connect.apply(this, to); };`;
    const run = await runCli(['collect', '--json'], {
      env: {
        ...env,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preloaded)}`,
      },
    });
    expect(run, run.stderr).toMatchObject({ code: 1 });
    expect(run.stderr).toContain('postgres://me:[redacted]@db refused Bearer [redacted]. Set DEBUG');
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'internal' } });
  });
});

it.concurrent('in GitHub Actions no token is printed either, not even to be masked: a pipe may lead to a file', async () => {
  const { env } = await world();
  const run = await runCli(['collect', '--date', DATE], { env: { ...env, GITHUB_ACTIONS: 'true' } });
  expect(run, run.stderr).toMatchObject({ code: 0 });
  expectNoSecrets(DECRYPTED, [run.stdout, run.stderr]);
});
