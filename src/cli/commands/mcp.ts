import { prepareApp } from '../../app.js';
import type { McpFlags } from '../export-options.js';
import { serveMcp } from '../mcp-server.js';
import { loadPlugins } from '../plugins.js';
import { readersEnvironment } from '../readers-environment.js';
import { cleanText } from '../render/text.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import { readVersion } from '../version.js';
import { whileUsed } from '../while-used.js';

/** Only one process at a time can open an embedded database: an idle client must not block a run. */
const IDLE_MS = 2_000;

export async function mcpCommand(flags: McpFlags): Promise<void> {
  const prepared = prepareApp({
    defaultStore: 'existing',
    readOnly: true,
    environment: readersEnvironment(),
    ownPlatforms: await loadPlugins(flags.plugin),
    ...parseKeptSandbox(flags),
  });
  const app = whileUsed(async () => {
    const opened = await prepared.open();
    for (const notice of opened.notices) process.stderr.write(`${cleanText(notice)}\n`);
    return opened;
  }, IDLE_MS);
  try {
    await serveMcp({
      version: readVersion(),
      userId: flags.user ?? null,
      ask: (question) =>
        app.use(async ({ store, platforms }) => {
          await store.check();
          return question({ store, platforms, now: () => new Date() });
        }),
    });
  } finally {
    await app.close();
  }
}
