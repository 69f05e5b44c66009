import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { collectJson, runCli } from './support/cli.js';
import { daysAgo } from './support/truth.js';

const accounts = population({ users: 1, platforms: ['instagram'] });
const SINCE = daysAgo(45);

describe('a backfill', () => {
  let sandbox: Sandbox;
  let env: Record<string, string>;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts });
    env = { ...sandbox.urls, ANALYTICS_DATA_DIR: await mkdtemp(join(tmpdir(), 'backfill-')) };
    for (const { userId, platform, accountId, accessToken } of accounts) {
      const flags = ['--user', userId, '--platform', platform, '--account', accountId, '--token-stdin'];
      expect(await runCli(['connections', 'add', ...flags], { env, input: accessToken })).toMatchObject({ code: 0 });
    }
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(env.ANALYTICS_DATA_DIR ?? '', { recursive: true });
  });

  it('is offered by the first run of an account, with the command, and by no later one', async () => {
    const command =
      /1 new instagram account can be collected back to (\S+): analytics-collect collect --platform instagram --since \1\n/;
    expect((await runCli(['collect'], { env })).stdout).toMatch(command);
    expect((await runCli(['collect'], { env })).stdout).not.toMatch(/new instagram/);
  });

  it('collects every day since, reports its progress, and leaves nothing for a second one', async () => {
    const { code, stdout, stderr } = await runCli(['collect', '--since', SINCE], { env });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/days +3[78] due: 3[78] settled/);
    expect(stderr).toMatch(/done: 1\/1 connections, days (45\/45), 100 %/);
    const again = await collectJson(['--since', SINCE], { env, code: 0 });
    expect(again.days.settled).toBe(0);
    expect(again).toMatchObject({ lost: 0, backlog: 0, backfill: {} });
  });
});
