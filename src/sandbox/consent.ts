import { createHash, randomBytes } from 'node:crypto';
import type { SandboxAccount } from './account.js';
import type { Reply, SandboxRequest } from './reply.js';
import type { World } from './world.js';

/*
 * Authorization servers in miniature: a page with the buttons Allow and Deny, and codes that are exchanged once, by the client that
 * asked, with the same redirect address and the verifier of its challenge.
 */

const CODE_MS = 600_000;
/** How many people a page lists. */
const MOST_PEOPLE = 50;

/** Whoever may consent, with the accounts that this opens. */
interface Person {
  readonly id: string;
  readonly name: string;
  readonly accounts: readonly SandboxAccount[];
}

export interface Authorization {
  readonly provider: string;
  readonly path: RegExp;
  isOpened(account: SandboxAccount): boolean;
  readonly clientId: string;
  /** What the address calls it. Default: `client_id`. */
  readonly clientIdName?: 'client_id' | 'client_key';
  /** Whether a consent opens one account, as at Google, or all of a user. */
  readonly opens: 'one' | 'all';
  /** Which http addresses it takes, besides https ones: any port of 127.0.0.1 and of localhost, that of localhost, or none. */
  readonly takes: 'loopback' | 'localhost' | 'https';
  /** The error of a denial. */
  readonly denial: string;
  /** What stands at the end of the address that the browser is sent to: `#_`. */
  readonly fragment?: string;
}

/** What somebody has consented to. */
export interface Consented {
  readonly scopes: readonly string[];
  readonly accounts: readonly SandboxAccount[];
  /** Meta's tokens are exchanged for such ones. */
  readonly isLongLived?: true;
}

/** What a code was given for. */
export interface Code extends Consented {
  readonly provider: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly until: number;
}

/** The page that asks for the consent, and the redirect that answers it. */
export function answerAuthorization(request: SandboxRequest, world: World, authorization: Authorization): Reply {
  const isForm = request.method === 'POST';
  const parameters = isForm ? new URLSearchParams(request.body) : request.query;
  const mistake = mistakeIn(parameters, authorization);
  if (mistake !== null) return page(400, `<h1>Error 400: ${mistake}</h1>`);
  const people = peopleOf(world, authorization);
  if (!isForm) return page(200, form(parameters, people, authorization));

  const redirectUri = parameters.get('redirect_uri') ?? '';
  const back = new URL(redirectUri);
  if (parameters.has('state')) back.searchParams.set('state', parameters.get('state') ?? '');
  if (parameters.get('decision') === 'allow') {
    const scopes = parameters.getAll('granted');
    const code: Code = {
      provider: authorization.provider,
      redirectUri,
      challenge: parameters.get('code_challenge'),
      scopes,
      accounts: people.find(({ id }) => id === parameters.get('person'))?.accounts ?? [],
      until: world.now() + CODE_MS,
    };
    const text = randomBytes(24).toString('base64url');
    world.codes.set(text, code);
    back.searchParams.set('code', text);
  } else {
    back.searchParams.set('error', authorization.denial);
  }
  back.hash = authorization.fragment ?? '';
  return { status: 303, body: '', headers: { location: back.href } };
}

/** The code of a request to a token endpoint, used up by this; what is wrong if it is not valid. */
export function redeemCode(form: URLSearchParams, world: World, provider: string): Code | string {
  const text = form.get('code') ?? '';
  const code = world.codes.get(text);
  world.codes.delete(text);
  if (code === undefined || code.provider !== provider || code.until <= world.now()) return 'Malformed auth code.';
  if (code.redirectUri !== form.get('redirect_uri')) return 'The redirect_uri is not that of the code.';
  const verifier = form.get('code_verifier');
  const challenge = verifier === null ? null : createHash('sha256').update(verifier).digest('base64url');
  return challenge === code.challenge ? code : 'Invalid code verifier.';
}

/** The tokens of a code where refresh tokens have successors; undefined if it is not valid, or opens nothing. */
export function redeemForTokens(form: URLSearchParams, world: World, provider: string) {
  const code = redeemCode(form, world, provider);
  if (typeof code === 'string') return undefined;
  const [account] = code.accounts;
  if (account === undefined) return undefined;
  const tokens = {
    access_token: world.issueConsented(code, 'bearer'),
    refresh_token: world.issueRefreshToken(account),
  };
  return { account, tokens, scopes: code.scopes };
}

function mistakeIn(
  parameters: URLSearchParams,
  { clientId, clientIdName = 'client_id', takes }: Authorization,
): string | null {
  if (parameters.get(clientIdName) !== clientId) return 'invalid_client';
  const redirect = parameters.get('redirect_uri') ?? '';
  if (!URL.canParse(redirect) || !isKnown(new URL(redirect), takes)) return 'redirect_uri_mismatch';
  if (parameters.get('response_type') !== 'code') return 'unsupported_response_type';
  if (!parameters.get('scope')) return 'invalid_scope';
  const isHashed = parameters.get('code_challenge_method') === 'S256';
  return parameters.has('code_challenge') && !isHashed ? 'invalid_request' : null;
}

function isKnown({ protocol, hostname }: URL, takes: Authorization['takes']): boolean {
  if (protocol === 'https:') return true;
  const hosts = { loopback: ['localhost', '127.0.0.1'], localhost: ['localhost'], https: [] };
  return protocol === 'http:' && hosts[takes].some((host) => host === hostname);
}

function peopleOf({ accounts }: World, { isOpened, opens }: Authorization): Person[] {
  const known = accounts.filter(isOpened);
  const people =
    opens === 'one'
      ? known.map((account) => ({ id: account.accountId, name: account.name, accounts: [account] }))
      : [...new Set(known.map(({ userId }) => userId))].map((userId) => {
          const own = known.filter((account) => account.userId === userId);
          return { id: userId, name: own[0]?.name ?? userId, accounts: own };
        });
  return [...people.slice(0, MOST_PEOPLE), { id: 'nobody', name: 'Someone without an account', accounts: [] }];
}

function form(parameters: URLSearchParams, people: readonly Person[], { provider }: Authorization): string {
  const hidden = [...parameters].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const options = people.map(({ id, name }) => `<option value="${escaped(id)}">${escaped(name)}</option>`);
  const scopes = (parameters.get('scope') ?? '')
    .split(/[\s,]+/)
    .map(
      (scope) =>
        `<p><label><input type="checkbox" name="granted" value="${escaped(scope)}" checked> ${escaped(scope)}</label></p>`,
    );
  return `<h1>${provider}</h1>
<p>An app of the sandbox asks for access.</p>
<form method="post">
${hidden.join('\n')}
<p><label>Who are you? <select name="person">${options.join('')}</select></label></p>
${scopes.join('\n')}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`;
}

function page(status: number, body: string): Reply {
  return {
    status,
    body: `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Sandbox</title><link rel="icon" href="data:,"></head>\n<body>\n${body}\n</body>\n</html>\n`,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
