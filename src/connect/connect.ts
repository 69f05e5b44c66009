import type { Clock } from '../clock.js';
import { withContext } from '../collector/check-account.js';
import { CollectError, PlatformError } from '../errors.js';
import type { AppCredential, ConsentedAccount, ConsentFlow } from '../platforms/consent.js';
import type { Platform } from '../platforms/contract.js';
import { AGAIN, failed, readAnswer, readPasted, said } from './answer.js';
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
  /** Shows the address to open. `endsHere`: the browser ends on this machine, not on an address that has to be pasted. */
  onAddress(address: string, endsHere: boolean): void;
  /** Reads the address that the browser ended on, until the signal is aborted; null if it need not be pasted. */
  paste(endsHere: boolean, signal: AbortSignal): Promise<string> | null;
  readonly warn: (message: string) => void;
}

/**
 * Has the owner consent in a browser, and lists the accounts that the consent opens, at least one. Throws `CollectError`, whose
 * messages never contain a code or a token, and `Interrupted`.
 */
export async function consentedAccounts(options: ConnectOptions): Promise<readonly ConsentedAccount[]> {
  const { platform, clock, warn } = options;
  const flow = flowOf(platform);
  const clientId = required(flow, flow.clientId);
  const clientSecret = required(flow, flow.clientSecret);
  const redirect = redirectOf(flow, options.redirectUri);
  const asked = await ask(options, { flow, clientId, redirect });
  const consent = await exchangeCode({ flow, clientId, clientSecret, now: clock.now, warn, ...asked });
  const accounts = await withContext(platform.name, clock, warn, (context) => flow.accounts(consent, context)).catch(
    (error) => {
      if (!(error instanceof PlatformError)) throw error;
      const words = said(error.message, [consent.accessToken, consent.refreshToken]);
      if (error.reason === 'missing_permission') throw incomplete(`Nothing was stored: ${words}.`);
      throw failed(`Cannot list the accounts that the consent opens: ${error.reason}: ${words}.`);
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
  { clock, timeoutMs = TIMEOUT_MS, onAddress, paste }: ConnectOptions,
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
    const answers = [
      arrived,
      paste(endsHere, ended.signal)?.then((text) => read(readPasted(text))),
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

function flowOf({ name, consent }: Platform): ConsentFlow {
  if (consent !== undefined) return consent;
  throw new CollectError(
    'usage',
    `Accounts of ${name} cannot be connected in a browser.`,
    'Use analytics-collect connections add.',
  );
}

function required({ provider, howToRegister }: ConsentFlow, { variable, value }: AppCredential): string {
  if (value !== null) return value;
  throw new CollectError(
    'config_invalid',
    `${variable} is not set, so ${provider} cannot be asked for a consent.`,
    howToRegister,
  );
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
