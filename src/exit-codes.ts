/** What commands end in. Schedulers rely on these numbers. */
export const EXIT = {
  done: 0,
  /** It could not run, or everything failed. */
  failed: 1,
  /** It was called or configured wrongly. */
  usage: 2,
  /** It ran, and some accounts failed. */
  partial: 3,
  /** Another run is at work. */
  locked: 4,
  /** 128 and the number of SIGINT, as shells count. */
  interrupted: 130,
  /** 128 and the number of SIGTERM. */
  terminated: 143,
} as const;
