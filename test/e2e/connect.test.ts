import { expect, it } from 'vitest';
import { runCli } from './support/cli.js';
import { encryptionKey } from './support/databases.js';

const APP = { GOOGLE_CLIENT_ID: 'app', GOOGLE_CLIENT_SECRET: 'secret' };

it('asks nobody for a consent that no database could keep', async () => {
  const env = { ...APP, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', ENCRYPTION_KEY: encryptionKey };
  const run = await runCli(['connect', 'youtube', '--user', 'me'], { env });
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('[store_unreachable]') });
  expect(run.stderr).not.toContain('Open this address');
});

it('says which credentials are missing before it opens anything', async () => {
  const run = await runCli(['connect', 'threads', '--user', 'me']);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(
    /^error: THREADS_APP_ID and THREADS_APP_SECRET are not set, .*Threads use case.* \[config_invalid\]\n$/,
  );
});
