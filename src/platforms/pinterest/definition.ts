import { definePlatform } from '../definition.js';
import { pinterest } from './pinterest.js';
import { PINTEREST_VARIABLES, pinterestSettings } from './variables.js';

export const PINTEREST = definePlatform({
  name: 'pinterest',
  title: 'Pinterest',
  variables: PINTEREST_VARIABLES,
  create: (variables) => pinterest(pinterestSettings(variables)),
});
