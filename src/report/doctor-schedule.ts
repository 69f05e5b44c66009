import { HOUR_MS } from '../clock.js';
import type { Store } from '../store/store.js';
import { count } from '../text.js';
import { type Check, failed, passed, unchecked } from './doctor-check.js';

/** Runs are at least daily; two more hours allow for a late start. */
const FRESH_HOURS = 26;
const SCHEDULE = 'analytics-collect schedule crontab';

type LastRuns = Pick<Awaited<ReturnType<Store['lastRuns']>>, 'run' | 'succeededAt'>;

/** What starts runs, as a phrase. A file says so for another machine, which may not run it. */
export interface FoundSchedule {
  readonly what: string;
  readonly isCertain: boolean;
}

/** Whether something starts runs. `found` are the schedules that this machine or the database shows; `runs` is null if unknown. */
export function checkSchedule(found: readonly FoundSchedule[], runs: LastRuns | null, now: Date): Check {
  const told = found.map(({ what }) => what).join('; ');
  const isSeen = found.some(({ isCertain }) => isCertain) || (runs !== null && isFresh(runs, now));
  if (found.length > 0 && isSeen) return passed('schedule', `${told}.`);
  if (found.length > 0) {
    return failed(
      'schedule',
      'warning',
      `${told}. No run shows that it does.`,
      `See its Actions page, or let this machine start runs: ${SCHEDULE}`,
      SCHEDULE,
    );
  }
  if (runs === null) return unchecked('schedule', 'no schedule was found here, and the last run is unknown');
  if (isFresh(runs, now)) {
    return passed('schedule', 'No schedule was found here, but runs take place: something else starts them.');
  }
  return failed(
    'schedule',
    'error',
    'No schedule was found here: no crontab, systemd timer, GitHub workflow or pg_cron job starts runs.',
    `Add what this prints to \`crontab -e\`, or see \`analytics-collect schedule --help\`: ${SCHEDULE}`,
    SCHEDULE,
  );
}

/** How long ago all users were last collected. */
export function checkLastRun({ run, succeededAt }: LastRuns, now: Date): Check {
  if (succeededAt === null) {
    const others =
      run === null ? 'There has been no run yet.' : `No run over all users has completed yet; ${newest(run, now)}.`;
    return failed('last_run', 'warning', others, 'Start one: analytics-collect collect', 'analytics-collect collect');
  }
  const told = `The last completed run began ${age(succeededAt, now)} ago`;
  const isOther = run !== null && Date.parse(run.startedAt) > Date.parse(succeededAt);
  const since = isOther ? `; ${newest(run, now)}` : '';
  if (isFresh({ succeededAt }, now)) return passed('last_run', `${told}${since}.`);
  return failed(
    'last_run',
    'error',
    `${told}, more than ${FRESH_HOURS} hours${since}.`,
    'Look at the log of what starts runs, or start one: analytics-collect collect',
    'analytics-collect collect',
  );
}

function newest(run: NonNullable<LastRuns['run']>, now: Date): string {
  return `the newest run (scope ${run.scope}) began ${age(run.startedAt, now)} ago and ${run.status === 'running' ? 'is running' : `ended as ${run.status}`}`;
}

function isFresh({ succeededAt }: Pick<LastRuns, 'succeededAt'>, now: Date): boolean {
  return succeededAt !== null && now.getTime() - Date.parse(succeededAt) <= FRESH_HOURS * HOUR_MS;
}

function age(instant: string, now: Date): string {
  const hours = Math.max(0, now.getTime() - Date.parse(instant)) / HOUR_MS;
  if (hours < 1) return count(Math.max(1, Math.round(hours * 60)), 'minute');
  return hours < 48 ? count(Math.round(hours), 'hour') : count(Math.floor(hours / 24), 'day');
}
