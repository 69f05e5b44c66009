/** The exit codes of commands. Schedulers rely on these numbers. */
export const EXIT = {
  done: 0,
  /** The command could not run, or everything failed. */
  failed: 1,
  /** The command was called or configured wrongly. */
  usage: 2,
  /** The command ran, and some accounts failed. */
  partial: 3,
  /** Another run is in progress. */
  locked: 4,
  /** 128 plus the number of SIGINT, as in shells. */
  interrupted: 130,
  /** 128 plus the number of SIGTERM. */
  terminated: 143,
} as const;

/** The meaning of each exit code. */
const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done, nothing failed',
  failed:
    "could not start, or everything failed; no account is connected; the machine's clock is more than 10 minutes off; doctor or a check of status fails",
  usage: 'a wrong flag, variable, user or schema, or no database is named; the message says which',
  partial:
    'done, but some connections failed; the summary says which and why; some lines of an import are not stored; a check of status warns',
  locked: 'another run is in progress',
  interrupted: 'interrupted by Ctrl-C; what was fetched is written',
  terminated: 'ended by SIGTERM; what was fetched is written',
};

/** The exit codes in order, for the help and the README. */
export function exitCodes(): { readonly code: number; readonly meaning: string }[] {
  return Object.entries(EXIT).map(([name, code]) => ({ code, meaning: MEANINGS[name as keyof typeof EXIT] }));
}
