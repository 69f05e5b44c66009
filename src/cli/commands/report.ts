import { resolve } from 'node:path';
import { parsePlatforms } from '../flags.js';
import { loadPlugins, namesWith } from '../plugins.js';
import { readersEnvironment } from '../readers-environment.js';
import type { ReportFlags } from '../report-options.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import { withApp } from '../with-app.js';
import { writeWhole } from '../write-whole.js';

/** Stands for standard output. */
const STDOUT = '-';

export async function reportCommand(flags: ReportFlags): Promise<void> {
  const { html, days, user = null, platform } = flags;
  const ownPlatforms = await loadPlugins(flags.plugin);
  const platforms = parsePlatforms(platform, namesWith(ownPlatforms)) ?? null;
  await withApp(
    async (app) => {
      const data = await app.report({ days, userId: user, platforms });
      const { renderPage } = await import('../../report/page/page.js');
      const page = renderPage(data);
      if (html === STDOUT) {
        process.stdout.write(page);
        return;
      }
      const path = resolve(html);
      await writeWhole(path, [page]);
      process.stdout.write(`wrote the report to ${path}\n`);
    },
    { ownPlatforms, environment: readersEnvironment(), ...parseKeptSandbox(flags) },
  );
}
