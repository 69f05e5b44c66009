import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import type { ConsentFlow } from '../platforms/consent.js';

/** A request for consent: the address to open, and what its answer is checked against. */
export interface ConsentRequest {
  readonly address: string;
  readonly redirectUri: string;
  readonly state: string;
  /** Null if the provider does not support code challenges. */
  readonly verifier: string | null;
}

export async function createRequest(flow: ConsentFlow, clientId: string, redirectUri: string): Promise<ConsentRequest> {
  const state = generateRandomState();
  const verifier = flow.pkce ? generateRandomCodeVerifier() : null;
  const address = new URL(flow.authorizationUrl);
  const standard = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: flow.scopes.join(' '),
    state,
    ...(verifier !== null && {
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
  };
  const parameters = flow.authorizationParameters?.(standard) ?? standard;
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return { address: address.href, redirectUri, state, verifier };
}
