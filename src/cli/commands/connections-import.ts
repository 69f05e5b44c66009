import { createReadStream } from 'node:fs';
import { configuredPlatforms } from '../../app.js';
import { readEnvironment } from '../../environment.js';
import { CollectError } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import type { ImportMistake, ImportReport } from '../../import-connections.js';
import { count, formatNumber } from '../../text.js';
import { fileError } from '../file-error.js';
import type { ImportFlags } from '../options.js';
import { loadPlugins, pluginFlags } from '../plugins.js';
import { colorsFor } from '../render/colors.js';
import { cleanText, jsonDocument, widthOf } from '../render/text.js';
import { withApp } from '../with-app.js';

/** How many mistakes `--json` lists. */
const MOST_LISTED = 1_000;

export async function importConnectionsCommand(file: string, flags: ImportFlags): Promise<void> {
  const { check = false, json } = flags;
  const environment = readEnvironment();
  const ownPlatforms = await loadPlugins(flags.plugin);
  const platforms = new Map(configuredPlatforms(ownPlatforms, environment).map((each) => [each.name, each]));
  const { wrapLines } = await import('../render/wrap.js');
  const tell = (text: string) => process.stderr.write(wrapLines(`${text}\n`, widthOf(process.stderr)));
  const warning = colorsFor(process.stderr).yellow('warning:');
  const listed: ImportMistake[] = [];
  const onMistake = (each: ImportMistake) => {
    if (!json) tell(`line ${formatNumber(each.line)}: ${cleanText(each.mistake)}`);
    else if (listed.length < MOST_LISTED) listed.push(each);
  };
  await withApp(
    async (app) => {
      const { readConnections } = await import('../connections-csv.js');
      const isPiped = file === '-';
      const name = isPiped ? 'standard input' : file;
      const lines = readConnections(isPiped ? process.stdin : contents(file), name, platforms);
      const report = await app.importConnections(lines, { check, onMistake });
      const { added, renewed, refused, warnings } = report;
      if (added + renewed + refused === 0) {
        throw new CollectError(
          'usage',
          `There are no connections below the header of ${name}.`,
          'Add a line for each.',
        );
      }
      if (json) {
        process.stdout.write(jsonDocument({ ...report, mistakes: listed, mistakes_omitted: refused - listed.length }));
      } else {
        process.stdout.write(`${resultOf(report)}\n`);
        for (const { platform, warning: text, connections } of warnings) {
          tell(`${warning} ${count(connections, `${platform} connection`)}: ${text}`);
        }
        if (added + renewed > 0) {
          if (!check)
            tell('The tokens are not checked: the next run tells which accounts fail, --check asks the platforms now.');
          process.stderr.write(`Next: analytics-collect collect${pluginFlags(flags.plugin)}\n`);
        }
      }
      if (refused > 0) process.exitCode = added + renewed > 0 ? EXIT.partial : EXIT.failed;
    },
    { json, defaultStore: 'create', ownPlatforms, environment },
  );
}

function resultOf({ added, renewed, refused }: ImportReport): string {
  const left = refused === 0 ? '' : `, ${count(refused, 'line')} not stored`;
  return `${count(added, 'connection')} added, ${formatNumber(renewed)} renewed${left}`;
}

async function* contents(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw fileError(file, 'read', error);
  }
}
