import { parsePlatform } from '../flags.js';
import { loadPlugins, namesWith } from '../plugins.js';
import { readersEnvironment } from '../readers-environment.js';
import { colorsFor } from '../render/colors.js';
import { renderShow } from '../render/show.js';
import { jsonDocument } from '../render/text.js';
import { parseKeptSandbox, sandboxFlag } from '../sandbox-flags.js';
import type { ShowFlags } from '../show-options.js';
import { withApp } from '../with-app.js';

export async function showCommand(flags: ShowFlags): Promise<void> {
  const { user = null, days, json } = flags;
  const ownPlatforms = await loadPlugins(flags.plugin);
  const platform = flags.platform === undefined ? null : parsePlatform(flags.platform, namesWith(ownPlatforms));
  await withApp(
    async (app) => {
      const report = await app.show({ userId: user, platform, days });
      process.stdout.write(
        json ? jsonDocument(report) : renderShow(report, colorsFor(process.stdout), sandboxFlag(flags)),
      );
    },
    { json, ownPlatforms, environment: readersEnvironment(), ...parseKeptSandbox(flags) },
  );
}
