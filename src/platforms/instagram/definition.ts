import { definePlatform } from '../definition.js';
import { META_VARIABLES, metaSettings } from '../meta/variables.js';
import { instagram } from './instagram.js';

export const INSTAGRAM = definePlatform({
  name: 'instagram',
  title: 'Instagram',
  accountColumns: ['account_id', 'instagram_id', 'page_id'],
  variables: META_VARIABLES,
  create: (variables) => instagram(metaSettings(variables)),
});
