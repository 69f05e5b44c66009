import { definePlatform } from '../definition.js';
import { metaSettings } from '../meta/variables.js';
import { instagram } from './instagram.js';
import { INSTAGRAM_VARIABLES, instagramLogin } from './variables.js';

export const INSTAGRAM = definePlatform({
  name: 'instagram',
  title: 'Instagram',
  accountColumns: ['account_id', 'instagram_id', 'page_id'],
  variables: INSTAGRAM_VARIABLES,
  create: (variables) => instagram(metaSettings(variables), instagramLogin(variables)),
});
