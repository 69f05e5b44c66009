import { createAlerts } from '../alerts/alerts.js';
import { readableAlerts } from '../config.js';
import { readEnvironment } from '../environment.js';
import type { Environment } from '../variables.js';

/** The run that settings are for. */
export interface ReportedRun {
  readonly countsForHealthcheck: boolean;
  readonly warn: (message: string) => void;
}

/**
 * Prepares a command from the process's environment over `.env`. Settings that keep its runs from beginning are reported to the
 * addresses that can be read of them; a run that reports nothing is null.
 */
export async function withSettings<T>(prepare: (environment: Environment) => T, run: ReportedRun | null): Promise<T> {
  let environment: Environment = process.env;
  try {
    environment = readEnvironment();
    return prepare(environment);
  } catch (error) {
    if (run !== null) {
      const alerts = createAlerts({ ...readableAlerts(environment), warn: run.warn });
      await alerts.ofRun(run).crashed(error);
    }
    throw error;
  }
}
