import { AuthorizationResponseError, type AuthorizationServer, type Client, validateAuthResponse } from 'oauth4webapi';
import { CollectError } from '../errors.js';
import { redact } from '../http/redact.js';
import type { ConsentFlow } from '../platforms/consent.js';
import { oneLine } from '../text.js';
import type { ConsentRequest } from './request.js';

export const AGAIN = 'Run the command again';
/** RFC 6749, section 4.1.2.1, and LinkedIn's errors when someone cancels the login or the consent. */
const DENIALS = ['access_denied', 'user_cancelled_login', 'user_cancelled_authorize'];

/** The parties of a flow, as the library names them. */
export function partiesOf(flow: ConsentFlow, clientId: string): readonly [AuthorizationServer, Client] {
  return [
    {
      issuer: new URL(flow.authorizationUrl).origin,
      authorization_endpoint: flow.authorizationUrl,
      token_endpoint: flow.tokenUrl,
    },
    { client_id: clientId },
  ];
}

/** Whether these parameters are an answer to any request for consent. */
export function isAnswer(parameters: URLSearchParams): boolean {
  return parameters.has('code') || parameters.has('error');
}

/** The text or request is no answer to this request, so the wait goes on. The message is a sentence, and never quotes it. */
export class NotThisAnswer extends Error {
  override readonly name = 'NotThisAnswer';
}

/** The parameters of an answer that holds a code for this request. Throws `NotThisAnswer`, and `CollectError`, which never quotes the code. */
export function readAnswer(
  flow: ConsentFlow,
  clientId: string,
  { state }: ConsentRequest,
  given: URLSearchParams,
): URLSearchParams {
  const parameters = new URLSearchParams(given);
  if (parameters.get('state') !== state) {
    throw new NotThisAnswer('This answers another request (wrong state). Open the address that the command printed.');
  }
  // Not needed: the state belongs to one provider only.
  parameters.delete('iss');
  try {
    const answer = validateAuthResponse(...partiesOf(flow, clientId), parameters, state);
    if (answer.get('code')) return answer;
  } catch (error) {
    if (error instanceof AuthorizationResponseError) throw refusal(flow, parameters);
  }
  // What the library says may quote the answer.
  throw failed(`${flow.provider} answered without a code.`);
}

/** The parameters of an address that the browser ended on, as it was pasted. Throws `NotThisAnswer`. */
export function readPasted(text: string): URLSearchParams {
  const address = text.trim();
  const parameters = URL.canParse(address) ? new URL(address).searchParams : new URLSearchParams();
  if (isAnswer(parameters)) return parameters;
  throw new NotThisAnswer(
    'What was pasted is not the address that the browser ends on. Open the address above, allow what it asks for, and paste the whole address that follows: it has a code= in it.',
  );
}

function refusal({ provider }: ConsentFlow, parameters: URLSearchParams): CollectError {
  const error = parameters.get('error') ?? '';
  if (DENIALS.includes(error)) {
    return new CollectError(
      'consent_denied',
      `The consent was denied at ${provider}, and nothing was stored.`,
      `${AGAIN} when the owner of the account allows it.`,
    );
  }
  const words = [error, parameters.get('error_description')].filter(Boolean).join(': ');
  return failed(`${provider} refused the request: ${said(words)}.`);
}

/** What another party said, made safe for a message: it may repeat secrets that it was sent. */
export function said(words: string, secrets: readonly (string | null)[] = []): string {
  return oneLine(redact(words, secrets)).replace(/\.$/, '');
}

export function failed(message: string, fix = `${AGAIN}.`): CollectError {
  return new CollectError('consent_failed', message, fix);
}
