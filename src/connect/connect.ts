import type { Clock } from '../clock.js';
import { withContext } from '../collector/check-account.js';
import { CollectError, PlatformError } from '../errors.js';
import type { ConsentedAccount, ConsentFlow } from '../platforms/consent.js';
import type { Platform } from '../platforms/contract.js';
import { joinWords } from '../text.js';
import { AGAIN, failed, NotThisAnswer, readAnswer, readPasted, said } from './answer.js';
import { exchangeCode, incomplete } from './exchange.js';
import { listen } from './listen.js';
import { type Redirect, redirectOf } from './redirect.js';
import { createRequest } from './request.js';

/** How long to wait for an answer. */
const TIMEOUT_MS = 300_000;

export interface ConnectOptions {
  readonly platform: Platform;
  /** An address from the app's settings. Default: a free port of this machine, if the provider takes one. */
  readonly redirectUri?: string | undefined;
  readonly clock: Clock;
  /** Default: 5 minutes. */
  readonly timeoutMs?: number;
  /** Makes sure that tokens can be stored, before anybody is asked for them. */
  expectStore?(): Promise<void>;
  /** Shows the address to open. `endsHere`: the browser ends on this machine, not on an address that has to be pasted. */
  onAddress(address: string, endsHere: boolean): void;
  /** The texts that are pasted until the signal is aborted, one of which is the address that the browser ended on; null if none is needed. */
  paste(endsHere: boolean, signal: AbortSignal): AsyncIterable<string> | null;
  readonly warn: (message: string) => void;
}

/**
 * Has the owner consent in a browser, and lists the accounts that the consent opens, at least one. Throws `CollectError`, whose
 * messages never contain a code or a token, and `Interrupted`.
 */
export async function consentedAccounts(options: ConnectOptions): Promise<readonly ConsentedAccount[]> {
  const { platform, clock, warn } = options;
  const flow = flowOf(platform);
  const { clientId, clientSecret } = credentialsOf(flow, platform.name);
  const redirect = redirectOf(flow, options.redirectUri);
  await options.expectStore?.();
  const asked = await ask(options, { flow, clientId, redirect });
  const consent = await exchangeCode({ flow, clientId, clientSecret, now: clock.now, warn, ...asked });
  const clean = (words: string) => said(words, [clientSecret, consent.accessToken, consent.refreshToken]);
  const tell = (message: string) => warn(clean(message));
  const accounts = await withContext(platform.name, clock, tell, (context) => flow.accounts(consent, context)).catch(
    (error) => {
      if (!(error instanceof PlatformError)) throw error;
      const words = clean(error.message);
      if (error.reason === 'missing_permission') throw incomplete(`Nothing was stored: ${words}.`);
      throw failed(`Cannot list the accounts that the consent opens: ${words}.`);
    },
  );
  if (accounts.length > 0) return accounts;
  throw new CollectError(
    'no_accounts',
    `The consent at ${flow.provider} opens no ${platform.name} account.`,
    `${flow.whenNone} ${AGAIN}.`,
  );
}

interface Ask {
  readonly flow: ConsentFlow;
  readonly clientId: string;
  readonly redirect: Redirect;
}

/** Shows the address, and waits for the first answer: from the browser, or pasted. */
async function ask(
  { clock, timeoutMs = TIMEOUT_MS, onAddress, paste, warn }: ConnectOptions,
  { flow, clientId, redirect }: Ask,
) {
  const listener = redirect.kind === 'here' ? await listen(redirect.port) : null;
  const ended = new AbortController();
  try {
    const redirectUri = redirect.kind === 'here' ? redirect.uri(listener?.port ?? redirect.port) : redirect.uri;
    const request = await createRequest(flow, clientId, redirectUri);
    const read = (parameters: URLSearchParams) => readAnswer(flow, clientId, request, parameters);
    const endsHere = listener !== null;
    const arrived = listener?.answer(new URL(redirectUri).pathname, read);
    onAddress(request.address, endsHere);
    const texts = paste(endsHere, ended.signal);
    const answers = [
      arrived,
      texts === null ? undefined : pasted(texts, (text) => read(readPasted(text)), { endsHere, warn }),
      clock.sleep(timeoutMs, ended.signal).then(() => {
        throw late(timeoutMs);
      }),
    ].filter((answer) => answer !== undefined);
    // The answers that come later are not needed.
    for (const answer of answers) answer.catch(() => undefined);
    return { request, answer: await Promise.race(answers) };
  } finally {
    ended.abort();
    listener?.close();
  }
}

function flowOf({ name, consent, needsToken = true }: Platform): ConsentFlow {
  if (consent !== undefined) return consent;
  const why = needsToken ? 'cannot be connected in a browser' : 'need no consent';
  throw new CollectError(
    'usage',
    `Accounts of ${name} ${why}.`,
    `Use analytics-collect connections add --user ID --platform ${name} --account ID.`,
  );
}

function credentialsOf({ howToRegister, clientId, clientSecret }: ConsentFlow, platform: string) {
  const missing = [clientId, clientSecret].flatMap(({ variable, value }) => (value === null ? variable : []));
  if (clientId.value !== null && clientSecret.value !== null) {
    return { clientId: clientId.value, clientSecret: clientSecret.value };
  }
  throw new CollectError(
    'config_invalid',
    `${joinWords(missing)} ${missing.length === 1 ? 'is' : 'are'} not set, so no ${platform} account can be connected.`,
    howToRegister,
  );
}

/** The result of `read` for the first text that answers the request. */
async function pasted<T>(
  texts: AsyncIterable<string>,
  read: (text: string) => T,
  { endsHere, warn }: { readonly endsHere: boolean; readonly warn: (message: string) => void },
): Promise<T> {
  for await (const text of texts) {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof NotThisAnswer)) throw error;
      warn(error.message);
    }
  }
  // The browser may still bring the answer.
  if (endsHere) return new Promise(() => undefined);
  throw failed('Nothing was pasted.', `${AGAIN}, and paste the address that the browser ends on.`);
}

function late(ms: number): CollectError {
  const minutes = Math.round(ms / 60_000);
  const time = minutes >= 1 ? `${minutes} minutes` : `${ms / 1_000} seconds`;
  return new CollectError(
    'consent_timeout',
    `No answer came within ${time}, and nothing was stored.`,
    `${AGAIN}, and leave the browser's window open until it says that it can be closed.`,
  );
}
