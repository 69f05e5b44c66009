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
