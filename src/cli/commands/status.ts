import { DEFAULT_LOOKBACK_DAYS } from '../../collector/window.js';
import { readEnvironment } from '../../environment.js';
import { EXIT } from '../../exit-codes.js';
import { judgeStatus, staleness, type Thresholds } from '../../report/status-check.js';
import type { StatusReport } from '../../report/status-report.js';
import { usageError } from '../flags.js';
import { loadPlugins, namesWith, pluginFlags } from '../plugins.js';
import { lacksKey, readersEnvironment } from '../readers-environment.js';
import { colorsFor } from '../render/colors.js';
import { blocksFor } from '../render/coverage-line.js';
import { cleanText, jsonDocument } from '../render/text.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import { parseAccountsFilter, parseThresholds } from '../status-flags.js';
import type { StatusFlags } from '../status-options.js';
import { withApp } from '../with-app.js';

const WITHOUT_KEY = 'ENCRYPTION_KEY is not set, so tokens that end are not listed';

export async function statusCommand(flags: StatusFlags): Promise<void> {
  const { days = DEFAULT_LOOKBACK_DAYS, maxAge, json, csv } = flags;
  const ownPlatforms = await loadPlugins(flags.plugin);
  const known = namesWith(ownPlatforms);
  const filter = parseAccountsFilter(flags, known);
  const thresholds = parseThresholds(flags, known);
  const isCheck = thresholds !== null || maxAge !== undefined;
  if (flags.today && (filter !== null || isCheck || flags.days !== undefined)) {
    throw usageError('--today can only be combined with --json, --plugin and --sandbox.', 'Run status twice.');
  }
  if (filter !== null && isCheck) {
    throw usageError(
      '--max-age, --warn and --fail check all accounts, so they cannot be combined with flags that list accounts.',
      'Run status twice.',
    );
  }
  const given = readEnvironment();
  const isKeyless = !flags.sandbox && lacksKey(given);
  const environment = isKeyless ? readersEnvironment(given) : given;
  const options = { json: json ?? csv, ownPlatforms, environment, ...parseKeptSandbox(flags) };
  await withApp(async (app) => {
    if (flags.today) {
      const written = await app.writtenToday();
      const { renderWritten } = await import('../render/written.js');
      process.stdout.write(json ? jsonDocument({ metrics: written }) : renderWritten(written));
      return;
    }
    if (filter !== null) {
      const { printAccounts } = await import('./status-accounts.js');
      return printAccounts(app, filter, { days, format: csv ? 'csv' : json ? 'json' : 'table' });
    }
    const read = await app.status(days);
    const report = isKeyless ? { ...read, warnings: [...read.warnings, WITHOUT_KEY] } : read;
    const next = flags.sandbox ? ' --sandbox' : pluginFlags(flags.plugin);
    const { renderStatus } = await import('../render/status.js');
    process.stdout.write(
      json
        ? jsonDocument(report)
        : renderStatus(report, { colors: colorsFor(process.stdout), blocks: blocksFor(process.env), flags: next }),
    );
    check(report, maxAge, thresholds);
  }, options);
}

/** Reports on stderr, in one line each, stale runs and too few complete accounts, and sets the exit code. */
function check(report: StatusReport, maxAge: number | undefined, thresholds: Thresholds | null): void {
  const verdict = thresholds === null ? { level: 'well' as const } : judgeStatus(report.platforms, thresholds);
  if (verdict.level !== 'well') {
    process.stderr.write(`${verdict.level}: ${cleanText(verdict.message)}\n`);
    process.exitCode = verdict.level === 'failing' ? EXIT.failed : EXIT.partial;
  }
  const stale = maxAge === undefined ? null : staleness(report, maxAge);
  if (stale !== null) {
    process.stderr.write(`stale: ${stale}\n`);
    process.exitCode = EXIT.failed;
  }
}
