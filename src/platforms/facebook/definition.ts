import { definePlatform } from '../definition.js';
import { META_VARIABLES, metaSettings } from '../meta/variables.js';
import { facebook } from './facebook.js';

export const FACEBOOK = definePlatform({
  name: 'facebook',
  title: 'Facebook',
  variables: META_VARIABLES,
  create: (variables) => facebook(metaSettings(variables)),
});
