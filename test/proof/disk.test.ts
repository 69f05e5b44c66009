import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/drivers/embedded.js';
import { collectJson, minutesAgo, startCli, until } from '../e2e/support/cli.js';
import { connect, connectionRow, encryptionKey, queryFolder } from '../e2e/support/databases.js';
import { daysAgo, storedRows, trueRows } from '../e2e/support/truth.js';
import { receiver } from '../support/receiver.js';

const DISK_MB = 130;
const MB = 1024 * 1024;
const PRELOADS = {
  NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, '../e2e/support/fills-up.mjs'))}`,
};
const accounts = population({ users: 60, platforms: ['facebook'] });
const dates = [16, 15, 14, 13, 12, 11, 10].map(daysAgo);
const COLLECT = ['--since', daysAgo(16), '--until', daysAgo(10), '--concurrency', '4'];
const WHOLE_TABLE = trueRows(accounts, dates);

/** Mounting takes privileges: without them, these tests are skipped, and say why. */
const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

describe.skipIf(!mayMount)('on a disk that is full (which is mounted, where that is allowed),', () => {
  let disk: string;
  let dataDir: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts, latencyMs: 20 });
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    disk = await mkdtemp(join(inject('copies'), 'disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'none', disk]);
    dataDir = join(disk, 'data');
    await cp(inject('embeddedTemplate'), dataDir, { recursive: true });
  });
  afterEach(() => {
    execFileSync('umount', ['--lazy', disk]);
  });

  const query = (text: string, values?: unknown[]) => queryFolder(dataDir, text, values);
  const database = { query, close: async () => undefined };
  const env = (more: Readonly<Record<string, string>> = {}) => ({
    ANALYTICS_DATA_DIR: dataDir,
    ENCRYPTION_KEY: encryptionKey,
    ...sandbox.urls,
    ...more,
  });

  /** Leaves so much room for others. */
  async function fill(leftMb: number): Promise<void> {
    const { bavail, bsize } = await statfs(disk);
    const ballast = Buffer.alloc(Math.max(0, bavail * bsize - leftMb * MB));
    // A run that writes meanwhile leaves less than there was.
    await writeFile(join(disk, 'ballast'), ballast).catch((error) => expect(error).toMatchObject({ code: 'ENOSPC' }));
  }

  async function expectDiskNamed(run: { code: number | null; stderr: string }, chat: { received: { body: string }[] }) {
    expect(run, run.stderr).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('disk_full') });
    expect(run.stderr).toContain(dataDir);
    expect(chat.received.map(({ body }) => JSON.parse(body).text)).toEqual([
      expect.stringMatching(new RegExp(`The disk that holds the data folder ${dataDir} is full: .*disk_full`)),
    ]);
  }

  async function expectNextRunToComplete() {
    await rm(join(disk, 'ballast'));
    await collectJson(COLLECT, { env: env(), code: 0 });
    expect(await storedRows(database)).toEqual(expect.arrayContaining(WHOLE_TABLE));
  }

  it('a run does not begin, tells people, and completes once there is room', async () => {
    await connect(database, accounts.map(connectionRow));
    await fill(40);
    const chat = await receiver();
    const run = await startCli(['collect', ...COLLECT], { env: env({ ALERT_WEBHOOK_URL: chat.url }) }).ended;
    await expectDiskNamed(run, chat);
    await expectNextRunToComplete();
  });

  it.each([
    ['before a batch', {}],
    ['in the middle of a write', PRELOADS],
  ])('a run ends when it notices %s, tells people, and the next one completes', async (_, preloads) => {
    await connect(database, accounts.map(connectionRow));
    const chat = await receiver();
    const asked = sandbox.counters.requests;
    const run = startCli(['collect', ...COLLECT], { env: env({ ALERT_WEBHOOK_URL: chat.url, ...preloads }) });
    await until(() => sandbox.counters.requests > asked);
    await fill(0);
    await expectDiskNamed(await run.ended, chat);
    await expectNextRunToComplete();
  });

  it('serve ends after a run that met it, so that it is started anew', async () => {
    await connect(database, accounts.map(connectionRow));
    const chat = await receiver();
    const asked = sandbox.counters.requests;
    const serving = startCli(['serve', '--port', '0'], {
      env: env({
        ...PRELOADS,
        ALERT_WEBHOOK_URL: chat.url,
        INTERNAL_CRON_SECRET: 'proof-0123456789abcdef',
        ANALYTICS_CRON: minutesAgo(2),
      }),
    });
    await until(() => sandbox.counters.requests > asked);
    await fill(0);
    await expectDiskNamed(await serving.ended, chat);
    await expectNextRunToComplete();
  });

  it('the engine is left alone after the write that failed, and has all that was confirmed when there is room', async () => {
    const store = await openEmbeddedStore({ dataDir });
    await store.query('create table filling (batch int, text text)');
    await fill(8);
    const confirmed = await fillUp(store);
    await expect(store.query('select 1')).rejects.toMatchObject({ code: 'disk_full' });
    await expect(store.check()).rejects.toMatchObject({ code: 'disk_full' });
    await store.close();

    await rm(join(disk, 'ballast'));
    const next = await openEmbeddedStore({ dataDir });
    expect(await next.query('select count(distinct batch)::int as batches from filling')).toEqual([
      { batches: confirmed },
    ]);
    await next.close();
  });

  /** How many batches were written before the disk was full. */
  async function fillUp(store: EmbeddedStore): Promise<number> {
    for (let batch = 0; ; batch++) {
      const failure = await store
        .query(`insert into filling select ${batch}, repeat(md5(g::text), 30) from generate_series(1, 500) g`)
        .then(
          () => null,
          (error: unknown) => error,
        );
      if (failure === null) continue;
      expect(failure).toMatchObject({ code: 'disk_full', message: expect.stringContaining(dataDir) });
      return batch;
    }
  }
});
