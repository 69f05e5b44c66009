import { parseAge, parsePlatforms, utcToday } from '../flags.js';
import type { PruneFlags } from '../options.js';
import { loadPlugins, namesWith } from '../plugins.js';
import { type Pruned, prunedJson, renderPruned } from '../render/pruned.js';
import { jsonDocument } from '../render/text.js';
import { withApp } from '../with-app.js';

export async function pruneCommand(flags: PruneFlags): Promise<void> {
  const plugins = await loadPlugins(flags.plugin);
  const known = namesWith(plugins);
  const request = {
    platforms: parsePlatforms(flags.platform, known) ?? known,
    before: parseAge('--older-than', flags.olderThan, utcToday(new Date())),
    dryRun: flags.yes !== true,
  };
  await withApp(
    async ({ store }) => {
      await store.check();
      const pruned: Pruned = { ...request, counts: await store.prune(request) };
      process.stdout.write(flags.json ? jsonDocument(prunedJson(pruned)) : renderPruned(pruned));
    },
    { json: flags.json, ownPlatforms: plugins },
  );
}
