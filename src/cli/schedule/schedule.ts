import { CollectError } from '../../errors.js';

/** A time of day in UTC. */
export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

/** The times of each day, in order, each once. */
export type Times = readonly [TimeOfDay, ...TimeOfDay[]];

export const DEFAULT_TIMES = '02:00,09:00';
/** On the hour, GitHub often starts jobs late or skips them. */
export const GITHUB_TIMES = '02:17,09:17';

/** Where this program is installed on the machine that will run it; absolute paths. */
export interface Installation {
  readonly node: string;
  readonly bin: string;
}

/** One process that collects, or several that share a run and are started in the same way. */
export type Workers = { readonly kind: 'one' } | { readonly kind: 'workers'; readonly count: number };

/** How processes share a run. */
export type Sharing = Workers | { readonly kind: 'shards'; readonly count: number };

export function workersOf(count: number | undefined): Workers {
  return count === undefined ? { kind: 'one' } : { kind: 'workers', count };
}

/** The command of each process, without its shard. */
export function collectCommand({ kind }: Sharing): string {
  return kind === 'workers' ? 'collect --distributed' : 'collect';
}

/** The smallest number of cron schedules with exactly these times: `0 2,9 * * *` for 02:00 and 09:00. */
export function cronSchedules(times: Times): string[] {
  const hoursOf = gather(times.map(({ hour, minute }) => [minute, hour]));
  const minutesOf = gather([...hoursOf].map(([minute, hours]) => [hours.join(','), minute]));
  return [...minutesOf].map(([hours, minutes]) => `${minutes.join(',')} ${hours} * * *`);
}

/** The schedule for a target that takes only one. Throws `CollectError` `usage` for times that need several. */
export function onlyCronSchedule(target: string, times: Times): string {
  const [schedule, ...others] = cronSchedules(times);
  if (schedule !== undefined && others.length === 0) return schedule;
  throw new CollectError(
    'usage',
    `--at: ${formatTimes(times)} need more than one cron schedule, but ${target} takes only one.`,
    'Give times with the same minute, for example --at 02:00,09:00.',
  );
}

/** `02:00 and 09:00` */
export function formatTimes(times: Times): string {
  const texts = times.map(formatTime);
  const last = texts.pop() ?? '';
  return texts.length === 0 ? last : `${texts.join(', ')} and ${last}`;
}

/** `02:00` */
export function formatTime({ hour, minute }: TimeOfDay): string {
  return [hour, minute].map((number) => String(number).padStart(2, '0')).join(':');
}

/** A word of a shell's command line. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function gather<K>(pairs: readonly (readonly [K, number])[]): Map<K, number[]> {
  const groups = new Map<K, number[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
