import { createInterface } from 'node:readline';
import { type App, configuredPlatforms } from '../../app.js';
import { systemClock } from '../../clock.js';
import { consentedAccounts } from '../../connect/connect.js';
import { readEnvironment } from '../../environment.js';
import { CollectError } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import type { ConsentedAccount } from '../../platforms/consent.js';
import { hasBrowser, isOverSsh, openBrowser } from '../browser.js';
import { askChoice, chosenByFlags } from '../choose.js';
import type { ConnectFlags } from '../connect-options.js';
import { describeError, writeError } from '../errors.js';
import { parsePlatform } from '../flags.js';
import { loadPlugins, namesWith, pluginFlags } from '../plugins.js';
import { askHidden } from '../prompt.js';
import { cleanText, formatAccount, widthOf } from '../render/text.js';
import { wrapLines } from '../render/wrap.js';
import { withApp } from '../with-app.js';

export async function connectCommand(name: string, flags: ConnectFlags): Promise<void> {
  const environment = readEnvironment();
  const plugins = await loadPlugins(flags.plugin);
  const known = parsePlatform(name, namesWith(plugins), '<platform>');
  const platform = configuredPlatforms(plugins, environment).find((each) => each.name === known);
  if (platform === undefined) throw new Error(`${known} has no platform`);
  const store = { defaultStore: 'create', ownPlatforms: plugins, environment } as const;
  const opens = flags.browser && hasBrowser();
  // Elsewhere the browser may be on another machine.
  const canPaste = !opens && (process.stdin.isTTY || isOverSsh());

  const found = await consentedAccounts({
    platform,
    redirectUri: flags.redirectUri,
    clock: systemClock,
    // Closed while the browser is waited for: an embedded database would keep others out.
    expectStore: () => withApp((app) => app.store.check(), store),
    onAddress(address, endsHere) {
      process.stderr.write(
        `${opens ? 'Opening' : 'Open'} this address in a browser, and allow what it asks for:\n\n${address}\n\n`,
      );
      if (opens) void openBrowser(address);
      const hint = canPaste ? ' If the browser is on another machine, paste the address that it ends on.' : '';
      process.stderr.write(
        endsHere ? `Waiting for the answer …${hint}\n` : 'Then paste the address that the browser ends on.\n',
      );
    },
    paste: (endsHere, signal) => (endsHere && !canPaste ? null : readTexts(signal)),
    warn,
  });
  const chosen = chosenByFlags(found, flags) ?? (await askChoice(found));
  const target = { userId: flags.user, platform: platform.name, plugin: flags.plugin };
  await withApp((app) => storeAll(app, chosen, target), store);
}

/** What is pasted into the terminal, again and again, or piped in. */
async function* readTexts(signal: AbortSignal): AsyncGenerator<string> {
  const { stdin, stderr } = process;
  while (stdin.isTTY) yield await askHidden('Address (not shown): ', stdin, stderr, signal);
  for await (const line of createInterface({ input: stdin, signal })) if (line.trim() !== '') yield line;
}

function warn(message: string): void {
  process.stderr.write(wrapLines(`warning: ${cleanText(message)}\n`, widthOf(process.stderr)));
}

interface Target {
  readonly userId: string;
  readonly platform: string;
  readonly plugin: readonly string[] | undefined;
}

/** Stores each account that its token opens; one that fails does not keep the others from it. */
async function storeAll(
  app: App,
  chosen: readonly ConsentedAccount[],
  { userId, platform, plugin }: Target,
): Promise<void> {
  const failures: CollectError[] = [];
  const cautions = new Set<string>();
  for (const { tokenExpiresAt, ...account } of chosen) {
    try {
      const { id, created, accountName, warnings } = await app.addConnection({
        ...account,
        userId,
        platform,
        tokenExpiresAt: tokenExpiresAt?.toISOString() ?? null,
        check: true,
      });
      const who = cleanText(
        `${platform} ${formatAccount({ ...account, connectionId: id, accountName })} of user ${userId}`,
      );
      const done = `${created ? 'added' : 'renewed'} connection ${id}: ${who}\n`;
      process.stdout.write(wrapLines(done, widthOf(process.stdout)));
      for (const warning of warnings) cautions.add(warning);
    } catch (error) {
      if (!(error instanceof CollectError) || error.code !== 'check_failed') throw error;
      failures.push(notStored(error));
    }
  }
  for (const caution of cautions) warn(caution);
  const [first] = failures;
  if (first !== undefined && chosen.length === 1) throw first;
  for (const failure of failures) writeError(describeError(failure, []));
  if (failures.length > 0) process.exitCode = failures.length === chosen.length ? EXIT.failed : EXIT.partial;
  if (failures.length < chosen.length) process.stderr.write(`Next: analytics-collect collect${pluginFlags(plugin)}\n`);
}

function notStored(error: CollectError): CollectError {
  const fix = 'It was not stored. Run the command again.';
  return new CollectError(error.code, error.message, fix, { cause: error });
}
