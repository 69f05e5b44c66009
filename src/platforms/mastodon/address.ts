import { PlatformError } from '../../errors.js';

/** `USERNAME_RE` in app/models/account.rb of github.com/mastodon/mastodon. Other software of the network keeps to it. */
const USER = /^[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*$/i;
/** What may become a domain name. No port, no user, no path, no IP address in brackets. */
const SERVER = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** As `URL.hostname` spells one, with a last part that is no number: those are IP addresses. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** An account by its two parts. */
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
    'the account id is not user@server, with the domain name of a public Mastodon server (no leading @, port or path; private addresses are not asked); correct the account id',
    'connection',
  );
}
