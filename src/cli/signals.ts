import { EXIT } from '../exit-codes.js';

/** npx and npm forward a Ctrl-C that the terminal has already sent to this process: a second signal this soon is a duplicate. */
const ECHO_MS = 500;

type Stop = 'SIGINT' | 'SIGTERM';

export interface SignalWatch {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** 130 or 143 when interrupted, as in shells; otherwise null. */
  exitCode(): number | null;
  end(): void;
}

/** The first SIGINT or SIGTERM stops gracefully; the second exits at once. */
export function watchSignals(onStop: () => void): SignalWatch {
  const controller = new AbortController();
  let first: { exitCode: number; at: number } | null = null;

  const onSignal = (name: Stop) => {
    const exitCode = name === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
    if (first === null) {
      first = { exitCode, at: performance.now() };
      controller.abort();
      onStop();
    } else if (performance.now() - first.at > ECHO_MS) {
      process.exit(exitCode);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  return {
    signal: controller.signal,
    exitCode: () => first?.exitCode ?? null,
    end() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
