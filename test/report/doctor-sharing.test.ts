import { expect, it } from 'vitest';
import { checkSharing } from '../../src/report/doctor-sharing.js';
import type { JobsInspection } from '../../src/store/jobs-inspection.js';

type Asked = Parameters<typeof checkSharing>[1];

const absent: JobsInspection = {
  role: 'app',
  owner: null,
  mayCreate: true,
  mayUse: false,
  isOwner: false,
  version: null,
  neededVersion: 46,
  runs: [],
  grantsFix: 'Run this.',
};
const used: JobsInspection = { ...absent, owner: 'app', mayUse: true, isOwner: true, version: 46 };

/** A database whose last run was shared or not, and whose runs have ended but for `running`; `foreign` is not one of its runs. */
const asked = (isShared: boolean) =>
  ({
    lastRuns: async () => ({ run: { runId: 'last' } }),
    readRun: async (runId: string) =>
      runId === 'foreign' ? null : { status: runId === 'running' ? 'running' : 'completed' },
    shared: { progress: async () => ({ isShared }) },
  }) as unknown as Asked;

it.each<[what: string, jobs: JobsInspection, isShared: boolean]>([
  ['has not been used', absent, false],
  ['cannot be used, but nobody has tried', { ...absent, mayCreate: false }, false],
])('says nothing where collect --distributed %s', async (_what, jobs, isShared) => {
  expect(await checkSharing(jobs, asked(isShared))).toEqual([]);
});

it.each<[what: string, jobs: JobsInspection, message: string]>([
  ['the schema may not be created', { ...absent, mayCreate: false }, 'app may not create the schema collection_jobs'],
  ['the schema may not be used', { ...used, owner: 'other', mayUse: false }, 'which belongs to other.'],
  ['the schema may not be updated', { ...used, isOwner: false, version: 45 }, "version 45 of pg-boss's schema to 46"],
])('warns where %s, and says what to grant', async (_what, jobs, message) => {
  expect(await checkSharing(jobs, asked(true))).toEqual([
    { name: 'sharing', ok: false, level: 'warning', message: expect.stringContaining(message), fix: 'Run this.' },
  ]);
});

it('warns of a schema that is newer than this program', async () => {
  expect(await checkSharing({ ...used, version: 47 }, asked(true))).toMatchObject([
    { ok: false, fix: expect.stringContaining('Update this program') },
  ]);
});

it.each<[changes: Partial<JobsInspection>, message: string]>([
  [{}, 'app may use the schema collection_jobs, for collect --distributed.'],
  [{ version: null }, 'app may use the schema collection_jobs, for collect --distributed.'],
  [{ version: 45 }, "Its next run updates pg-boss's schema, 45, to 46."],
  [{ runs: ['running', 'ended', 'another', 'foreign'] }, 'The next one deletes the jobs of 2 ended runs.'],
])('passes with %j', async (changes, message) => {
  expect(await checkSharing({ ...used, ...changes }, asked(true))).toMatchObject([
    { ok: true, message: expect.stringContaining(message) },
  ]);
});
