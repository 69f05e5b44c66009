import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSummary, until } from '../e2e/support/cli.js';
import { storedRows } from '../e2e/support/truth.js';
import { type Lan, type LanHost, noLan, startLan } from '../support/lan.js';
import { expectCountsAddUp } from '../support/summary.js';
import {
  type Alone,
  afterRequests,
  collectAlone,
  DAYS,
  expectAsAlone,
  expireLease,
  type SharedWorld,
  sharedWorld,
  startShared,
} from './distributed.js';

const missing = process.env.TEST_DATABASE_URL ? noLan() : 'needs TEST_DATABASE_URL';
const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** Platforms that answer the host at any time, and a database that does not while the host is cut off. */
interface HostWorld extends SharedWorld {
  readonly host: LanHost;
}

describe.skipIf(missing).concurrent(`a host that is cut off from the database${skipped}`, () => {
  let lan: Lan;
  let alone: Alone;
  beforeAll(async () => {
    lan = await startLan();
    cleanups.push(lan.close);
    alone = await collectAlone(await world());
  });

  async function world(latencyMs = 20): Promise<HostWorld> {
    const shared = await sharedWorld({ latencyMs });
    cleanups.push(shared.close);
    const address = new URL(shared.env.DATABASE_URL ?? '');
    address.port = String(await lan.serve(Number(address.port)));
    address.hostname = lan.address;
    address.searchParams.set('sslmode', 'disable');
    const host = await lan.addHost(Number(new URL(shared.sandbox.urls.META_GRAPH_URL).port));
    return { ...shared, env: { ...shared.env, DATABASE_URL: address.href }, host };
  }

  const start = ({ env }: HostWorld, concurrency: number, under: readonly string[] = []) =>
    startShared([...DAYS, '--concurrency', String(concurrency)], { env, under });

  it('leaves its pieces to the others, and writes nothing of them when they have ended the run', async () => {
    const shared = await world();
    const cut = await afterRequests(shared, 60, () => start(shared, 4, shared.host.under));
    const other = start(shared, 4);
    await until(() => other.told().includes('Joined'));
    shared.host.cutOff();
    await expectAsAlone(await other.ended, shared, alone);
    shared.host.connectAgain();
    await expectAsAlone(await cut.ended, shared, alone);
  });

  it('leaves its pieces to the others, and goes on with new ones when it is back in time', async () => {
    const shared = await world(150);
    const cut = await afterRequests(shared, 60, () => start(shared, 4, shared.host.under));
    const other = start(shared, 2);
    await until(() => other.told().includes('Joined'));
    shared.host.cutOff();
    const taken = () =>
      shared.database.query("select from collection_jobs.job where state = 'active' and retry_count > 0");
    await expect.poll(taken, { timeout: 40_000 }).not.toEqual([]);
    shared.host.connectAgain();
    for (const { ended } of [cut, other]) await expectAsAlone(await ended, shared, alone);
  });

  it('writes nothing more when its lease has expired', async () => {
    const shared = await world();
    const cut = await afterRequests(shared, 60, () => start(shared, 4, shared.host.under));
    shared.host.cutOff();
    await expireLease(shared);
    const next = await start(shared, 4).ended;
    expect(next, next.stderr).toMatchObject({ code: 3 });
    expectCountsAddUp(parseSummary(next));
    shared.host.connectAgain();
    const back = await cut.ended;
    expect(back, back.stderr).toMatchObject({ code: 1, stderr: expect.stringContaining('[lease_lost]') });
    expect(await storedRows(shared.database)).toEqual(alone.rows);
  });
});
