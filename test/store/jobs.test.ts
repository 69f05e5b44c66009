import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { type Jobs, openJobs } from '../../src/store/jobs.js';
import { inspectJobs } from '../../src/store/jobs-inspection.js';
import { freshPostgres, type Sql } from '../support/database.js';

const PLAN = { kind: 'plan', page: 0, pieceSize: null } as const;
const piece = (piece: number) => ({ kind: 'piece', piece, pieceSize: 25, round: 0 }) as const;
const patience = { clock: systemClock, signal: new AbortController().signal, onWait: () => undefined };

describe.runIf(process.env.TEST_DATABASE_URL)('the jobs of a run', () => {
  let sql: Sql & { readonly url: string };
  const opened: Jobs[] = [];
  beforeAll(async () => {
    sql = await freshPostgres();
  });
  afterAll(async () => {
    await Promise.all(opened.map((jobs) => jobs.close()));
    await sql.close();
  });

  async function open(runId: string, ended: readonly string[] = []): Promise<Jobs> {
    const jobs = await openJobs(sql.url, runId, async (id) => ended.includes(id), patience);
    opened.push(jobs);
    return jobs;
  }

  it('are added once, and those that others wait for are taken first, by one process each', async () => {
    const runId = randomUUID();
    const [one, other] = await Promise.all([open(runId), open(runId)]);
    await one.add([piece(1), piece(2), PLAN]);
    await other.add([PLAN, piece(2), piece(3)]);
    const first = await one.take(1);
    expect(first.map(({ job }) => job)).toEqual([PLAN]);
    const left = [...(await other.take(1)), ...(await one.take(1)), ...(await other.take(5))];
    expect(left.map(({ job }) => job)).toEqual([piece(1), piece(2), piece(3)]);
    expect(await other.take(5)).toEqual([]);
    for (const taken of [...first, ...left]) await one.done(taken);
    await one.add([piece(1), PLAN]);
    expect(await one.take(5)).toEqual([]);
  });

  it('are taken again at once when given back, and with the reason after six failures', async () => {
    const jobs = await open(randomUUID());
    await jobs.add([piece(1)]);
    for (let attempt = 0; attempt < 6; attempt++) {
      const [taken] = await jobs.take(1);
      expect(taken).toMatchObject({ job: piece(1), failure: null, retryCount: attempt });
      if (taken) await jobs.giveBack(taken, `trouble ${attempt}`);
    }
    const [failed] = await jobs.take(1);
    expect(failed).toMatchObject({ job: piece(1), failure: 'trouble 5' });
    if (failed) await jobs.done(failed);
    expect(await jobs.take(1)).toEqual([]);
  });

  it('are deleted when another run begins after theirs has ended', async () => {
    const [ended, running] = [randomUUID(), randomUUID()];
    for (const runId of [ended, running]) await (await open(runId)).add([PLAN]);
    await open(randomUUID(), [ended]);
    const names = await sql.query('select name from collection_jobs.queue');
    expect(names.map(({ name }) => name)).toContain(`run-${running}`);
    expect(names.filter(({ name }) => String(name).includes(ended))).toEqual([]);
  });

  it('share a pace: what one process takes is not left to the others', async () => {
    const runId = randomUUID();
    const [one, other] = await Promise.all([open(runId), open(runId)]);
    const window = { requests: 5, seconds: 60 };
    const [takeOne, takeOther] = [one.share('an API', window), other.share('an API', window)];
    const taken = await Promise.all([takeOne(2), takeOther(2), takeOne(2), other.share('another API', window)(2)]);
    expect(taken.filter(({ isGranted }) => isGranted)).toHaveLength(3);
    expect(await takeOther(1)).toMatchObject({ isGranted: false, ms: expect.any(Number) });
    for (const { ms } of taken) expect(ms).toBeGreaterThan(50_000);
  });

  it('are refused with the SQL that lets the role keep them, where it may not create or use their schema', async () => {
    const role = `jobless_${process.pid}`;
    await sql.query(`create role ${role} login`);
    const another = await freshPostgres();
    const runId = randomUUID();
    try {
      await (await openJobs(sql.url, randomUUID(), async () => false, patience)).close();
      for (const { url, query } of [another, sql]) {
        const asRole = url.replace('//postgres', `//${role}`);
        const isThere = url === sql.url;
        expect(await inspectJobs(asRole)).toMatchObject({ mayCreate: false, mayUse: false, version: null });
        const refused = await openJobs(asRole, runId, async () => true, patience).catch((error) => error);
        expect(refused).toMatchObject({ code: 'store_refused', fix: expect.stringContaining('run in SQL') });
        expect(refused.fix.startsWith('Connect as postgres; or')).toBe(isThere);
        await query(refused.fix.split(/: (?=drop|create)/)[1]);
        await (await openJobs(asRole, runId, async () => true, patience)).close();
        const neededVersion = (await inspectJobs(asRole)).version;
        expect(await inspectJobs(asRole)).toMatchObject({ owner: role, mayUse: true, isOwner: true, neededVersion });
        expect((await inspectJobs(url)).runs).toEqual([runId]);
        await query('drop schema collection_jobs cascade');
      }
    } finally {
      await another.close();
      await sql.query(`drop role ${role}`);
    }
  });
});
