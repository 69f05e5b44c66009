import { DEFAULT_LOOKBACK_DAYS } from '../../collector/window.js';
import { EXIT } from '../../exit-codes.js';
import { parseDays, parseInteger, usageError } from '../flags.js';
import { colorsFor } from '../render/colors.js';
import { renderStatus, staleness } from '../render/status.js';
import { jsonDocument } from '../render/text.js';
import { renderWritten } from '../render/written.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import { withApp } from '../with-app.js';

const MAX_AGE_HOURS = 8760;

export interface StatusFlags {
  readonly days?: string;
  readonly maxAge?: string;
  readonly today?: boolean;
  readonly sandbox?: true;
  readonly json?: boolean;
}

export async function statusCommand(flags: StatusFlags): Promise<void> {
  if (flags.today) return writtenToday(flags);
  const days = flags.days === undefined ? DEFAULT_LOOKBACK_DAYS : parseDays('--days', flags.days);
  const maxAge =
    flags.maxAge === undefined ? null : parseInteger('--max-age', flags.maxAge, { min: 1, max: MAX_AGE_HOURS });
  await withApp(async (app) => {
    const report = await app.status(days);
    process.stdout.write(flags.json ? jsonDocument(report) : renderStatus(report, colorsFor(process.stdout)));
    const stale = maxAge === null ? null : staleness(report, maxAge);
    if (stale !== null) {
      process.stderr.write(`stale: ${stale}\n`);
      process.exitCode = EXIT.failed;
    }
  }, parseKeptSandbox(flags));
}

async function writtenToday({ json, days, maxAge, ...sandbox }: StatusFlags): Promise<void> {
  if (days !== undefined || maxAge !== undefined) {
    throw usageError('--today goes with neither --days nor --max-age.', 'Call status twice.');
  }
  await withApp(async (app) => {
    const written = await app.writtenToday();
    process.stdout.write(json ? jsonDocument({ metrics: written }) : renderWritten(written));
  }, parseKeptSandbox(sandbox));
}
