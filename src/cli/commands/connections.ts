import { text } from 'node:stream/consumers';
import { CollectError } from '../../errors.js';
import { platformNames } from '../../platforms/registry.js';
import { parseInstant, parsePlatform, usageError } from '../flags.js';
import { askHidden } from '../prompt.js';
import { connectionJson, renderConnections } from '../render/connections.js';
import { cleanText, formatAccount } from '../render/text.js';
import { withApp } from '../with-app.js';

export interface AddFlags {
  readonly user: string;
  readonly platform: string;
  readonly account: string;
  readonly name?: string;
  readonly expires?: string;
  readonly tokenStdin?: boolean;
  /** False with `--no-check`. */
  readonly check: boolean;
}

export function listConnections({ json }: { readonly json?: boolean }): Promise<void> {
  return withApp(async ({ store }) => {
    const connections = await store.listConnections();
    const document = () => `${JSON.stringify(connections.map(connectionJson), null, 2)}\n`;
    process.stdout.write(json ? document() : renderConnections(connections));
  });
}

export async function addConnection(flags: AddFlags): Promise<void> {
  const connection = {
    userId: notEmpty('--user', flags.user),
    platform: parsePlatform(flags.platform, platformNames),
    accountId: notEmpty('--account', flags.account),
    accountName: flags.name ?? null,
    tokenExpiresAt: flags.expires === undefined ? null : parseInstant('--expires', flags.expires),
    accessToken: parseToken(await readToken(flags)),
    refreshToken: null,
    check: flags.check,
  };
  await withApp(async (app) => {
    const { id, created, accountName } = await app.addConnection(connection);
    const account = formatAccount({ connectionId: id, accountId: connection.accountId, accountName });
    const who = cleanText(`${connection.platform} ${account} of user ${connection.userId}`);
    process.stdout.write(`${created ? 'added' : 'renewed'} connection ${id}: ${who}\n`);
    process.stderr.write('Next: analytics-collect collect\n');
  });
}

export function removeConnection(id: string): Promise<void> {
  return withApp(async ({ store }) => {
    if (!(await store.removeConnection(id))) {
      throw new CollectError('not_found', `There is no connection ${id}.`, 'See analytics-collect connections list.');
    }
    process.stdout.write(`removed connection ${id}; the metrics it collected stay in analytics_snapshots\n`);
  });
}

/** A token as it was pasted, without the white space around it. */
export function parseToken(pasted: string): string {
  const token = pasted.trim();
  if (token === '')
    throw usageError('The access token is empty.', 'Paste it at the prompt, or pipe it in with --token-stdin.');
  if (/\s/.test(token)) throw usageError('The access token has white space in it.', 'Give one token, on one line.');
  return token;
}

async function readToken({ tokenStdin }: AddFlags): Promise<string> {
  if (tokenStdin) return text(process.stdin);
  if (process.stdin.isTTY) return askHidden('Access token (not shown): ', process.stdin, process.stderr);
  throw usageError(
    'There is no terminal to ask for the access token.',
    'Pipe it in: analytics-collect connections add … --token-stdin < token.txt.',
  );
}

function notEmpty(flag: string, value: string): string {
  if (value.trim() !== '') return value.trim();
  throw usageError(`${flag} is empty.`, `Give an id after ${flag}.`);
}
