import { optionalBaseAddress } from '../../setting.js';

/** What Mastodon reads from the environment. */
export const MASTODON_VARIABLES = { MASTODON_API_URL: optionalBaseAddress('https://mastodon.example.com') };
