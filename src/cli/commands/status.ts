import { DEFAULT_LOOKBACK_DAYS } from '../../collector/window.js';
import { EXIT } from '../../exit-codes.js';
import { usageError } from '../flags.js';
import type { StatusFlags } from '../options.js';
import { loadPlugins } from '../plugins.js';
import { colorsFor } from '../render/colors.js';
import { renderStatus, staleness } from '../render/status.js';
import { jsonDocument } from '../render/text.js';
import { renderWritten } from '../render/written.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import { withApp } from '../with-app.js';

export async function statusCommand(flags: StatusFlags): Promise<void> {
  if (flags.today) return writtenToday(flags);
  const { days = DEFAULT_LOOKBACK_DAYS, maxAge, json } = flags;
  const ownPlatforms = await loadPlugins(flags.plugin);
  await withApp(
    async (app) => {
      const report = await app.status(days);
      process.stdout.write(json ? jsonDocument(report) : renderStatus(report, colorsFor(process.stdout)));
      const stale = maxAge === undefined ? null : staleness(report, maxAge);
      if (stale !== null) {
        process.stderr.write(`stale: ${stale}\n`);
        process.exitCode = EXIT.failed;
      }
    },
    { json, ownPlatforms, ...parseKeptSandbox(flags) },
  );
}

async function writtenToday({ json, days, maxAge, plugin, ...sandbox }: StatusFlags): Promise<void> {
  if (days !== undefined || maxAge !== undefined) {
    throw usageError('--today cannot be combined with --days or --max-age.', 'Run status twice.');
  }
  await withApp(
    async (app) => {
      const written = await app.writtenToday();
      process.stdout.write(json ? jsonDocument({ metrics: written }) : renderWritten(written));
    },
    { json, ownPlatforms: await loadPlugins(plugin), ...parseKeptSandbox(sandbox) },
  );
}
