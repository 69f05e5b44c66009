import { readersEnvironment } from '../readers-environment.js';
import { colorsFor } from '../render/colors.js';
import { renderExplanation } from '../render/explain.js';
import { jsonDocument } from '../render/text.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import type { ExplainFlags } from '../show-options.js';
import { withApp } from '../with-app.js';

export async function explainCommand(flags: ExplainFlags): Promise<void> {
  const { user, platform, date, account = null, metric = null, json } = flags;
  await withApp(
    async (app) => {
      const day = await app.explain({ userId: user, platform, date, accountId: account, metric });
      process.stdout.write(json ? jsonDocument(day) : renderExplanation(day, metric, colorsFor(process.stdout)));
    },
    { json, environment: readersEnvironment(), ...parseKeptSandbox(flags) },
  );
}
