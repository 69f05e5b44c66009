import { baseAddress } from '../../setting.js';

/** What Bluesky reads from the environment. */
export const BLUESKY_VARIABLES = { BLUESKY_API_URL: baseAddress('https://public.api.bsky.app') };
