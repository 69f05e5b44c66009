import { Cron } from 'croner';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The times at which the server collects by itself. */
export interface Schedule {
  next(): Date | null;
  /** The last time before an instant. */
  previous(before: Date): Date | null;
  /** In the notation of APScheduler, which callers of these endpoints know: `cron[hour='2,9', minute='0']`. */
  readonly trigger: string;
  /** Calls back at each time, until the returned function is called. */
  start(onTime: () => void): () => void;
}

/** `cron` has five fields, or six with seconds first. */
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

/** In APScheduler's order and spelling; the fields for days are included only if they restrict something. */
function triggerOf(cron: string): string {
  const fields = cron.trim().toLowerCase().split(/\s+/).slice(-5);
  const [minute, hour, day, month, dayOfWeek = '*'] = fields.map((field) => field.replace(/\b0+(?=\d)/g, ''));
  const values = Object.entries({ month, day, day_of_week: nameDays(dayOfWeek), hour, minute });
  const named = values.filter(
    ([name, value]) => (value !== '*' && value !== '?') || name === 'hour' || name === 'minute',
  );
  return `cron[${named.map(([name, value]) => `${name}='${value}'`).join(', ')}]`;
}

/** cron numbers days from Sunday, APScheduler from Monday: only names mean the same in both. */
function nameDays(field: string): string {
  return field.replace(/(?<![/#\d])[0-7]\b/g, (digit) => DAYS[Number(digit) % 7] ?? digit);
}
