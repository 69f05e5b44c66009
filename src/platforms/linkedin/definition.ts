import { definePlatform } from '../definition.js';
import { linkedin } from './linkedin.js';
import { LINKEDIN_UNRELATED, LINKEDIN_VARIABLES, linkedInSettings } from './variables.js';

export const LINKEDIN = definePlatform({
  name: 'linkedin',
  title: 'LinkedIn',
  accountColumns: ['account_id', 'organization_id', 'page_id', 'linkedin_id'],
  variables: LINKEDIN_VARIABLES,
  unrelatedVariables: LINKEDIN_UNRELATED,
  create: (variables) => linkedin(linkedInSettings(variables)),
});
