import { text } from 'node:stream/consumers';
import { configuredPlatforms } from '../../app.js';
import { readEnvironment } from '../../environment.js';
import { CollectError } from '../../errors.js';
import type { Platform } from '../../platforms/contract.js';
import type { ConnectionSummary, Store } from '../../store/store.js';
import { parseInstant, parsePlatform, usageError } from '../flags.js';
import type { AddFlags, ListFlags, PluginFlags, RemoveFlags } from '../options.js';
import { loadPlugins, namesWith, pluginFlags } from '../plugins.js';
import { askHidden, confirm } from '../prompt.js';
import { readersEnvironment } from '../readers-environment.js';
import { colorsFor } from '../render/colors.js';
import { cleanText, formatAccount, jsonDocument, widthOf } from '../render/text.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import { withApp } from '../with-app.js';

export function listConnections({ json, ...sandbox }: ListFlags): Promise<void> {
  return withApp(
    async ({ store, platforms, config }) => {
      const connections = await store.listConnections();
      const { connectionJson, renderConnections } = await import('../render/connections.js');
      if (json) {
        process.stdout.write(jsonDocument(connections.map(connectionJson)));
        return;
      }
      const { isRenewed } = await import('../../collector/lasting.js');
      const now = new Date();
      const expiresOf = (connection: ConnectionSummary) => {
        const { platform: name, tokenExpiresAt } = connection;
        const platform = platforms.get(name);
        if (tokenExpiresAt === null || platform?.needsToken === false) return '';
        // The day on which a run will renew the token asks nobody to act.
        if (platform !== undefined && isRenewed(platform, connection, config.renewsTokens, now)) return 'renewed';
        return tokenExpiresAt.slice(0, 10);
      };
      process.stdout.write(renderConnections(connections, widthOf(process.stdout), expiresOf));
    },
    { json, environment: readersEnvironment(), ...parseKeptSandbox(sandbox) },
  );
}

export async function addConnection(flags: AddFlags): Promise<void> {
  const environment = readEnvironment();
  const plugins = await loadPlugins(flags.plugin);
  const name = parsePlatform(flags.platform, namesWith(plugins));
  const platform = configuredPlatforms(plugins, environment).find((each) => each.name === name);
  const unread = flags.tokenStdin && platform?.needsToken === false ? [`${name} needs no token: none is read`] : [];
  const connection = {
    userId: flags.user,
    platform: name,
    accountId: flags.account,
    accountName: flags.name ?? null,
    tokenExpiresAt: flags.expires === undefined ? null : parseInstant('--expires', flags.expires),
    ...(await readTokens(flags, platform)),
    check: flags.check,
  };
  await withApp(
    async (app) => {
      const { id, created, accountId, accountName, warnings } = await app.addConnection(connection);
      const account = formatAccount({ connectionId: id, accountId, accountName });
      const who = cleanText(`${connection.platform} ${account} of user ${connection.userId}`);
      await say(process.stdout, `${created ? 'added' : 'renewed'} connection ${id}: ${who}`);
      const title = colorsFor(process.stderr).yellow('warning:');
      for (const warning of [...unread, ...warnings]) await say(process.stderr, `${title} ${cleanText(warning)}`);
      process.stderr.write(`Next: analytics-collect collect${pluginFlags(flags.plugin)}\n`);
    },
    { defaultStore: 'create', ownPlatforms: plugins, environment },
  );
}

export async function choosePrimary(id: string, { plugin }: PluginFlags): Promise<void> {
  const ownPlatforms = await loadPlugins(plugin);
  await withApp(
    async (app) => {
      const chosen = await app.choosePrimary(id);
      if (chosen.result === 'not_found') throw noConnection(id);
      const account = cleanText(`${chosen.platform} account ${chosen.accountId ?? 'without an id'}`);
      if (chosen.result === 'not_collected') {
        throw new CollectError(
          'usage',
          `The ${account} of connection ${id} is not collected: it is inactive, is a personal profile, or belongs to a service without a collector.`,
          'Choose an active account from analytics-collect connections list.',
        );
      }
      const who = cleanText(`${account} of user ${chosen.userId}`);
      await say(
        process.stdout,
        chosen.result === 'unchanged'
          ? `the ${who} is already the primary account`
          : `the ${who} is now the primary account: its rows are in analytics_snapshots, those of the former primary account in analytics_account_snapshots`,
      );
    },
    { ownPlatforms, environment: readersEnvironment() },
  );
}

/** Asks first, unless `--yes` is given. Needs no key, so that what a lost one encrypted can be removed. */
export async function removeConnection(id: string, { yes }: RemoveFlags): Promise<void> {
  if (!yes && !(process.stdin.isTTY && process.stderr.isTTY)) {
    throw usageError(`There is no terminal to ask whether to remove connection ${id}.`, 'Add --yes.');
  }
  await withApp(
    async ({ store }) => {
      if (!yes && !(await isConfirmed(await find(id, store)))) {
        return say(process.stdout, `kept connection ${id}`);
      }
      if (!(await store.removeConnection(id))) throw notRemovable(id);
      await say(process.stdout, `removed connection ${id}; the data collected from its account is kept`);
    },
    { environment: readersEnvironment() },
  );
}

async function find(id: string, store: Store): Promise<ConnectionSummary> {
  const found = (await store.listConnections()).find((connection) => connection.id === id);
  if (found === undefined || id.startsWith(FURTHER)) throw notRemovable(id);
  return found;
}

async function isConfirmed({ id, userId, platform, accountId, accountName }: ConnectionSummary): Promise<boolean> {
  const account = formatAccount({ connectionId: id, accountId, accountName });
  const what = cleanText(`${platform} ${account} of user ${userId}`);
  await say(process.stderr, `Connection ${id}: ${what}\nThe data collected from its account is kept.`);
  return confirm('Remove the connection?', process.stdin, process.stderr);
}

function notRemovable(id: string): CollectError {
  return id.startsWith(FURTHER) ? foreignConnection(id) : noConnection(id);
}

/** Prints a text in lines as wide as the terminal. */
async function say(stream: NodeJS.WriteStream, text: string): Promise<void> {
  const { wrapLines } = await import('../render/wrap.js');
  stream.write(`${wrapLines(text, widthOf(stream))}\n`);
}

/** Prefix of the ids of connections in a table of the application alone. */
const FURTHER = 'social_media_connections/';

function foreignConnection(id: string): CollectError {
  return new CollectError(
    'not_found',
    `Connection ${id} is in the application's table social_media_connections, from which this program removes nothing.`,
    'Deactivate or delete it there.',
  );
}

function noConnection(id: string): CollectError {
  return new CollectError('not_found', `There is no connection ${id}.`, 'See analytics-collect connections list.');
}

/** The access token as it was pasted, without surrounding white space, and the refresh token from a second line. */
export function parseTokens(pasted: string): { accessToken: string; refreshToken: string | null } {
  const [accessToken = '', refreshToken = null, ...others] = pasted.trim().split(/\s*\n\s*/);
  if (accessToken === '')
    throw usageError('The access token is empty.', 'Paste it at the prompt, or pipe it in with --token-stdin.');
  if (others.length > 0 || [accessToken, refreshToken].some((token) => token !== null && /\s/.test(token)))
    throw usageError(
      'The token contains white space.',
      'Give the access token on one line, and the refresh token, if there is one, on the next.',
    );
  return { accessToken, refreshToken };
}

type Tokens = ReturnType<typeof parseTokens>;

async function readTokens({ tokenStdin }: AddFlags, platform: Platform | undefined): Promise<Tokens> {
  if (platform?.needsToken === false) return { accessToken: '', refreshToken: null };
  if (tokenStdin) return parseTokens(await text(process.stdin));
  if (process.stdin.isTTY) {
    const accessToken = await askHidden('Access token (not shown): ', process.stdin, process.stderr);
    if (accessToken.trim() === '' || !platform?.renewsTokens) return parseTokens(accessToken);
    const question = 'Refresh token (not shown; Enter if there is none): ';
    return parseTokens(`${accessToken}\n${await askHidden(question, process.stdin, process.stderr)}`);
  }
  throw usageError(
    'There is no terminal to prompt for the access token.',
    'Pipe it in: analytics-collect connections add … --token-stdin < token.txt.',
  );
}
