import type { JobsInspection } from '../store/jobs-inspection.js';
import type { Store } from '../store/store.js';
import { formatNumber } from '../text.js';
import { type Check, failed, passed } from './doctor-check.js';

/** Whether `collect --distributed` can work; nothing where nobody has used it, unless it is ready. */
export async function checkSharing(
  jobs: JobsInspection,
  store: Pick<Store, 'lastRuns' | 'readRun' | 'shared'>,
): Promise<Check[]> {
  const { role, owner, mayCreate, mayUse, isOwner, version, neededVersion } = jobs;
  const unfit = (message: string, fix: string) => [failed('sharing', 'warning', message, fix)];
  if (owner === null) {
    const isTried = !mayCreate && (await isLastShared(store));
    const message = `${role} may not create the schema collection_jobs, which collect --distributed needs.`;
    return isTried ? unfit(message, jobs.grantsFix) : [];
  }
  if (!mayUse) {
    return unfit(`${role} may not use all of the schema collection_jobs, which belongs to ${owner}.`, jobs.grantsFix);
  }
  const known = version ?? neededVersion;
  if (known > neededVersion) {
    const message = `collection_jobs has version ${known} of pg-boss's schema; this program knows version ${neededVersion}.`;
    return unfit(message, 'Update this program: another machine has a newer one.');
  }
  if (known < neededVersion && !isOwner) {
    const message = `${role} may not update collection_jobs from version ${known} of pg-boss's schema to ${neededVersion}.`;
    return unfit(message, jobs.grantsFix);
  }
  // Those of the last run stay until the next one begins.
  const ended = await endedOf(jobs.runs, store);
  return [
    passed(
      'sharing',
      [
        `${role} may use the schema collection_jobs, for collect --distributed.`,
        ...(known < neededVersion ? [`Its next run updates pg-boss's schema, ${known}, to ${neededVersion}.`] : []),
        ...(ended > 1 ? [`The next one deletes the jobs of ${formatNumber(ended)} ended runs.`] : []),
      ].join(' '),
    ),
  ];
}

async function isLastShared({ lastRuns, shared }: Pick<Store, 'lastRuns' | 'shared'>): Promise<boolean> {
  const { run } = await lastRuns();
  return run !== null && (await shared.progress(run.runId)).isShared;
}

async function endedOf(runs: readonly string[], { readRun }: Pick<Store, 'readRun'>): Promise<number> {
  const rows = await Promise.all(runs.map((runId) => readRun(runId)));
  return rows.filter((run) => run !== null && run.status !== 'running').length;
}
