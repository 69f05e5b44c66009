import { definePlatform } from '../definition.js';
import { bluesky } from './bluesky.js';
import { BLUESKY_VARIABLES } from './variables.js';

export const BLUESKY = definePlatform({
  name: 'bluesky',
  title: 'Bluesky',
  variables: BLUESKY_VARIABLES,
  create: ({ BLUESKY_API_URL: apiUrl }) => bluesky({ apiUrl }),
});
