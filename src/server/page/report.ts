import { setImmediate as others } from 'node:timers/promises';
import type { App } from '../../app.js';
import { shared } from '../shared.js';
import { utf8 } from './document.js';

/** The report is made at most once in this time, however many look, unless a run has ended since. */
const REPORT_LASTS_MS = 60_000;
const DAYS = 28;

export interface ReportParts {
  readonly read: App['report'];
  /** Changes when there is something new to report. */
  readonly version: () => unknown;
  readonly onError: (error: unknown) => void;
}

/** The body of the report, in UTF-8 and shared by all who look; null if it cannot be made. */
export function createReport({ read, version, onError }: ReportParts): () => Promise<Uint8Array | null> {
  async function make(): Promise<Uint8Array | null> {
    try {
      const data = await read({ days: DAYS, userId: null, platforms: null });
      // With it come the charts, which nobody may ever ask for.
      const { renderBody } = await import('../../report/page/page.js');
      let body = '';
      for (const piece of renderBody(data)) {
        body += piece;
        // A run in progress and other requests come first.
        await others();
      }
      return utf8(body);
    } catch (error) {
      onError(error);
      return null;
    }
  }

  let current = { version: version(), report: shared(REPORT_LASTS_MS, make) };
  return () => {
    if (version() !== current.version) current = { version: version(), report: shared(REPORT_LASTS_MS, make) };
    return current.report();
  };
}
