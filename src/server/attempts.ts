const WINDOW_MS = 60_000;
/** How many clients are remembered; beyond that, the oldest is forgotten. */
const MOST_CLIENTS = 10_000;

/** Counts the failed attempts of each client within a minute. */
export interface Attempts {
  note(client: string): void;
  /** How long a client that has used up its attempts has to wait; null for others. */
  waitSeconds(client: string): number | null;
}

export interface AttemptsOptions {
  /** How many attempts a client has in a minute. */
  readonly most: number;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
}

export function createAttempts({ most, now }: AttemptsOptions): Attempts {
  const windows = new Map<string, { readonly since: number; made: number }>();

  function current(client: string) {
    const window = windows.get(client);
    return window !== undefined && now() - window.since < WINDOW_MS ? window : null;
  }

  return {
    note(client) {
      const window = current(client);
      if (window !== null) {
        window.made++;
        return;
      }
      windows.delete(client);
      const [oldest] = windows.keys();
      if (windows.size >= MOST_CLIENTS && oldest !== undefined) windows.delete(oldest);
      windows.set(client, { since: now(), made: 1 });
    },
    waitSeconds(client) {
      const window = current(client);
      if (window === null || window.made < most) return null;
      return Math.ceil((window.since + WINDOW_MS - now()) / 1000);
    },
  };
}
