import { setImmediate as others } from 'node:timers/promises';
import type { App } from '../../app.js';
import { shared } from '../shared.js';
import { utf8 } from './document.js';

/** The report is made at most once in this time, however many readers there are, unless a run has ended since. */
const REPORT_LASTS_MS = 60_000;
const DAYS = 28;

export interface ReportParts {
  readonly read: App['report'];
  /** Changes when there is something new to report. */
  readonly version: () => unknown;
  readonly onError: (error: unknown) => void;
}

/** The body of the report in UTF-8, shared by all readers; null if it cannot be made. */
export function createReport({ read, version, onError }: ReportParts): () => Promise<Uint8Array | null> {
  async function make(): Promise<Uint8Array | null> {
    try {
      const data = await read({ days: DAYS, userId: null, platforms: null });
      // Loads the charts, which may never be needed.
      const { renderBody } = await import('../../report/page/page.js');
      let body = '';
      for (const piece of renderBody(data)) {
        body += piece;
        // Lets a run in progress and other requests continue.
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
