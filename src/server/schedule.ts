import { Cron } from 'croner';

/** The times at which the server collects by itself. */
export interface Schedule {
  next(): Date | null;
  /** The last time before an instant. */
  previous(before: Date): Date | null;
  /** As the callers' own scheduler used to write it: `cron[hour='2', minute='0']`. */
  readonly trigger: string;
  /** Calls back at each time, until what it answers is called. */
  start(onTime: () => void): () => void;
}

/** `cron` has five fields, or a sixth before them for seconds. */
export function createSchedule({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }): Schedule {
  const times = new Cron(cron, { timezone: timeZone });
  return {
    next: () => times.nextRun(),
    previous: (before) => times.previousRuns(1, before)[0] ?? null,
    trigger: triggerOf(cron),
    start(onTime) {
      const job = new Cron(cron, { timezone: timeZone }, onTime);
      return () => job.stop();
    },
  };
}

/** A day's fields are named only where they say something. */
function triggerOf(cron: string): string {
  const [minute, hour, day, month, dayOfWeek] = cron.trim().split(/\s+/).slice(-5);
  const fields = Object.entries({ month, day, day_of_week: dayOfWeek, hour, minute });
  const named = fields.filter(([name, value]) => value !== '*' || name === 'hour' || name === 'minute');
  return `cron[${named.map(([name, value]) => `${name}='${value}'`).join(', ')}]`;
}
