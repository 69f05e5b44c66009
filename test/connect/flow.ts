import type { ConsentFlow } from '../../src/platforms/consent.js';

/** A flow at an invented provider. */
export function flowOf(own: Partial<ConsentFlow>): ConsentFlow {
  return {
    provider: 'Acme',
    clientId: { variable: 'ACME_CLIENT_ID', value: 'id' },
    clientSecret: { variable: 'ACME_CLIENT_SECRET', value: 'secret' },
    howToRegister: 'Register an app.',
    authorizationUrl: 'https://login.acme.example/authorize',
    scopes: ['read', 'https://acme.example/stats'],
    pkce: true,
    redirects: 'loopback',
    tokenUrl: 'https://login.acme.example/token',
    whenNone: 'Choose another account.',
    accounts: async () => [],
    ...own,
  };
}
