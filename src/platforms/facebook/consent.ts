import type { ConsentFlow } from '../consent.js';
import { metaConsent } from '../meta/consent.js';
import type { MetaSettings } from '../meta/graph.js';

/** Pages, each with its own token. */
export function facebookConsent(settings: MetaSettings): ConsentFlow {
  return metaConsent({
    settings,
    scopes: ['read_insights'],
    whenNone: 'Sign in as a person with full access to the Page, and choose it when Facebook asks which Pages.',
    accountOf: ({ id, name = null }) => ({ accountId: id, accountName: name }),
  });
}
