import { definePlatform } from '../definition.js';
import { mastodon } from './mastodon.js';
import { MASTODON_VARIABLES } from './variables.js';

export const MASTODON = definePlatform({
  name: 'mastodon',
  title: 'Mastodon',
  variables: MASTODON_VARIABLES,
  create: ({ MASTODON_API_URL: apiUrl = null }) => mastodon({ apiUrl }),
});
