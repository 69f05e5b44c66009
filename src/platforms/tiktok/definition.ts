import { definePlatform } from '../definition.js';
import { tiktok } from './tiktok.js';
import { TIKTOK_VARIABLES, tiktokSettings } from './variables.js';

export const TIKTOK = definePlatform({
  name: 'tiktok',
  title: 'TikTok',
  variables: TIKTOK_VARIABLES,
  create: (variables) => tiktok(tiktokSettings(variables)),
});
