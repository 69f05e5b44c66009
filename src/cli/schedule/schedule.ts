/** A time of day in UTC. */
export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

/** Where this program is on the machine that is to run it; absolute paths. */
export interface Installation {
  readonly node: string;
  readonly bin: string;
}

/** `0 2 * * *` */
export function cronSchedule({ hour, minute }: TimeOfDay): string {
  return `${minute} ${hour} * * *`;
}

/** `02:00` */
export function formatTime({ hour, minute }: TimeOfDay): string {
  return [hour, minute].map((number) => String(number).padStart(2, '0')).join(':');
}

/** A word of a shell's command line. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
