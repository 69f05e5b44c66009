import { PlatformError } from '../../errors.js';

/** `USERNAME_RE` in app/models/account.rb of github.com/mastodon/mastodon. Other software of the network follows it. */
const USER = /^[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*$/i;
/** What may become a domain name: without a port, a user, a path, or an IP address in brackets. */
const SERVER = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** A domain name as `URL.hostname` spells it. With a number as its last part, it would be an IP address. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** The two parts of an account's id. */
export interface Address {
  readonly user: string;
  /** A domain name, in ASCII and lower case. */
  readonly server: string;
}

/** Reads `user@server`. Throws `PlatformError` for anything else. */
export function addressOf(accountId: string): Address {
  const [user = '', server = '', ...others] = accountId.split('@');
  const url = `https://${server}`;
  const host = SERVER.test(server) && URL.canParse(url) ? new URL(url).hostname : '';
  if (others.length === 0 && accountId.length <= 255 && USER.test(user) && DOMAIN.test(host))
    return { user, server: host };
  throw new PlatformError(
    'configuration',
    'the account id is not user@server, with the domain name of a public Mastodon server (no port or path; private addresses are not asked); correct the account id',
    'connection',
  );
}
