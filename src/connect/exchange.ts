import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  ClientSecretPost,
  customFetch,
  nopkce,
  processAuthorizationCodeResponse,
} from 'oauth4webapi';
import { z } from 'zod';
import { CollectError, PlatformError } from '../errors.js';
import type { HttpAnswer } from '../http/http.js';
import { createTransport } from '../http/transport.js';
import type { Consent, ConsentFlow } from '../platforms/consent.js';
import { life } from '../platforms/shared/token-endpoint.js';
import { AGAIN, failed, partiesOf, said } from './answer.js';
import type { ConsentRequest } from './request.js';

/** The errors of RFC 6749, section 5.2, and of the Graph API. */
const refusal = z.union([
  z
    .object({ error: z.string(), error_description: z.string().optional() })
    .transform(({ error, error_description: text }) => ({ code: error, words: text ? `${error}: ${text}` : error })),
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => ({ code: '', words: error.message })),
]);

const fields = z.record(z.string(), z.unknown());
const lives = z.object({ expires_in: life, refresh_token_expires_in: life });

export interface Exchange {
  readonly flow: ConsentFlow;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly request: ConsentRequest;
  /** The parameters that `readAnswer` has accepted. */
  readonly answer: URLSearchParams;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** Exchanges the code for tokens. It is sent once: a provider may revoke the tokens of a code that it sees twice. Throws `CollectError`. */
export async function exchangeCode({ flow, request, answer, now, warn, ...app }: Exchange): Promise<Consent> {
  const { signal } = new AbortController();
  const transport = createTransport({ concurrency: 1, signal, warn });
  const parties = partiesOf(flow, app.clientId);
  try {
    const response = await authorizationCodeGrantRequest(
      ...parties,
      ClientSecretPost(app.clientSecret),
      answer,
      request.redirectUri,
      request.verifier ?? nopkce,
      {
        // The settings allow http only on this machine.
        [allowInsecureRequests]: true,
        async [customFetch](url, { body }) {
          const form = Object.fromEntries(new URLSearchParams(body));
          const asked = { headers: {}, ...(flow.tokenRequest?.(form) ?? { form }) };
          const given = await transport.send({ method: 'POST', url: new URL(url), ...asked });
          if (given instanceof PlatformError) throw failed(`The code was not exchanged: ${given.message}.`);
          const standard = flow.tokenAnswer?.(given) ?? given;
          return toResponse(flow, standard, [answer.get('code'), app.clientSecret, request.verifier]);
        },
      },
    );
    const tokens = await processAuthorizationCodeResponse(...parties, response);
    const missing = missingScopes(flow, tokens.scope);
    if (missing.length > 0) {
      throw incomplete(`The consent at ${flow.provider} lacks ${missing.join(' and ')}, and nothing was stored.`);
    }
    const { expires_in: accessLife, refresh_token_expires_in: refreshLife } = lives.parse(tokens);
    const after = (seconds: number | undefined) =>
      seconds === undefined ? null : new Date(now().getTime() + seconds * 1_000);
    return {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? null,
      expiresAt: after(accessLife),
      refreshExpiresAt: after(refreshLife),
      answer: tokens,
    };
  } catch (error) {
    if (error instanceof CollectError) throw error;
    // What the library says may quote the answer.
    throw failed(`${flow.provider} answered the code with something unexpected.`);
  } finally {
    transport.close();
  }
}

/** An answer in the form that the library demands. Throws `CollectError` if it is a refusal. */
function toResponse(flow: ConsentFlow, { status, json }: HttpAnswer, secrets: readonly (string | null)[]): Response {
  const refused = refusal.safeParse(json).data;
  if (refused !== undefined) {
    throw refusedCode(flow, refused.code, `${said(refused.words, secrets)} (HTTP ${status})`);
  }
  if (status !== 200) throw failed(`${flow.provider} answered the code with HTTP ${status}.`);
  // LinkedIn's answers may lack the type, and have empty fields for what is not granted.
  const given = Object.entries(fields.safeParse(json).data ?? {}).filter(([, value]) => value !== '');
  const body = { token_type: 'bearer', ...Object.fromEntries(given) };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function refusedCode({ provider, clientId, clientSecret }: ConsentFlow, code: string, words: string): CollectError {
  const message = `${provider} did not accept the code: ${words}.`;
  // Meta's logins have no code for it.
  const isOfTheApp =
    /^(invalid|unauthorized|deleted|disabled)_client$/.test(code) || /client[ _](secret|id)|platform app/i.test(words);
  return isOfTheApp ? failed(message, `Check ${clientId.variable} and ${clientSecret.variable}.`) : failed(message);
}

/** The scopes that were not granted; people may untick some. An answer that names none has granted all. */
export function missingScopes({ scopes }: ConsentFlow, granted: string | undefined): string[] {
  // LinkedIn separates them by commas.
  const given = granted?.split(/[\s,]+/).filter(Boolean) ?? [];
  return given.length === 0 ? [] : scopes.filter((scope) => !given.includes(scope));
}

export function incomplete(message: string): CollectError {
  return new CollectError('consent_incomplete', message, `${AGAIN}, and allow everything that is asked for.`);
}
