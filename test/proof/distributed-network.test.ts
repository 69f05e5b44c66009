import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { noPooler, startPgbouncer } from '../support/pgbouncer.js';
import { startProxy } from '../support/proxy.js';
import {
  type Alone,
  afterRequests,
  collectAlone,
  DAYS,
  expectAsAlone,
  type SharedWorld,
  sharedWorld,
  startShared,
} from './distributed.js';

const SLOWLY = [...DAYS, '--concurrency', '4'];
/** Longer than a job's heartbeat. */
const AWAY_MS = 12_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function world(): Promise<SharedWorld> {
  const opened = await sharedWorld();
  cleanups.push(opened.close);
  return opened;
}

describe.runIf(process.env.TEST_DATABASE_URL).concurrent('processes that share a run', () => {
  let alone: Alone;
  beforeAll(async () => {
    alone = await collectAlone(await world());
  });

  it.skipIf(noPooler)(
    `reach the database through PgBouncer in transaction mode, and one of them is killed${noPooler ?? ''}`,
    async () => {
      const shared = await world();
      const pooler = await startPgbouncer(shared.env.DATABASE_URL ?? '');
      cleanups.push(pooler.close);
      const env = { ...shared.env, DATABASE_URL: pooler.url };
      const [killed, ...others] = await afterRequests(shared, 60, () =>
        [1, 2, 3].map(() => startShared(SLOWLY, { env })),
      );
      killed?.kill('SIGKILL');
      for (const { ended } of others) await expectAsAlone(await ended, shared, alone);
    },
  );

  it.each(['refuse', 'stall'] as const)(
    'wait for a database whose network has "%s" for longer than a process may be silent',
    async (fault) => {
      const shared = await world();
      const address = new URL(shared.env.DATABASE_URL ?? '');
      const proxy = await startProxy(Number(address.port));
      address.port = String(proxy.port);
      cleanups.push(proxy.close);
      const env = { ...shared.env, DATABASE_URL: address.href };
      const running = await afterRequests(shared, 60, () => [1, 2].map(() => startShared(SLOWLY, { env })));
      await proxy.begin(fault);
      await sleep(AWAY_MS);
      await proxy.end();
      for (const { ended } of running) await expectAsAlone(await ended, shared, alone);
    },
  );
});
