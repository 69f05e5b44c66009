import { Cron } from 'croner';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The times at which the server collects by itself. */
export interface Schedule {
  next(): Date | null;
  /** The last time before an instant. */
  previous(before: Date): Date | null;
  /** As APScheduler, which callers of these endpoints know, writes it: `cron[hour='2,9', minute='0']`. */
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

/** In APScheduler's order and spelling; a day's fields are named only where they say something. */
function triggerOf(cron: string): string {
  const fields = cron.trim().toLowerCase().split(/\s+/).slice(-5);
  const [minute, hour, day, month, dayOfWeek = '*'] = fields.map((field) => field.replace(/\b0+(?=\d)/g, ''));
  const values = Object.entries({ month, day, day_of_week: nameDays(dayOfWeek), hour, minute });
  const named = values.filter(
    ([name, value]) => (value !== '*' && value !== '?') || name === 'hour' || name === 'minute',
  );
  return `cron[${named.map(([name, value]) => `${name}='${value}'`).join(', ')}]`;
}

/** cron counts days from Sunday, APScheduler from Monday: only their names mean the same in both. */
function nameDays(field: string): string {
  return field.replace(/(?<![/#\d])[0-7]\b/g, (digit) => DAYS[Number(digit) % 7] ?? digit);
}
