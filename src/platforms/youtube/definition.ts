import { definePlatform } from '../definition.js';
import { GOOGLE_UNRELATED, GOOGLE_VARIABLES, googleSettings } from '../google/variables.js';
import { youtube } from './youtube.js';

export const YOUTUBE = definePlatform({
  name: 'youtube',
  title: 'YouTube',
  variables: GOOGLE_VARIABLES,
  unrelatedVariables: GOOGLE_UNRELATED,
  create: (variables) => youtube(googleSettings(variables)),
});
