import type { ConsentFlow } from '../consent.js';
import { metaConsent } from '../meta/consent.js';
import type { MetaSettings } from '../meta/graph.js';

/** Lists the Instagram accounts of Pages through the Facebook login, each with the token of its Page, which has no end. */
export function facebookLogin(settings: MetaSettings): ConsentFlow {
  return metaConsent({
    settings,
    scopes: ['instagram_basic', 'instagram_manage_insights'],
    howToRegister:
      "Create a Meta app with the Facebook login, and set META_APP_ID and META_APP_SECRET; for Instagram's own login, which needs no Page, set INSTAGRAM_APP_ID and INSTAGRAM_APP_SECRET instead.",
    whenNone:
      'Sign in as a person with full access to the Page that the Instagram account is connected to, and choose both.',
    accountOf: ({ instagram_business_account: account }) =>
      account === undefined ? null : { accountId: account.id, accountName: account.username ?? null },
  });
}
