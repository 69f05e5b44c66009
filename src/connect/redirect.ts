import { CollectError } from '../errors.js';
import { isLoopback } from '../loopback.js';
import type { ConsentFlow } from '../platforms/consent.js';
import { isHttp } from '../setting.js';

/** Where the browser ends: on a port of this machine, where `connect` listens, or elsewhere, so that the address has to be pasted. */
export type Redirect =
  | { readonly kind: 'here'; readonly port: number; readonly uri: (port: number) => string }
  | { readonly kind: 'elsewhere'; readonly uri: string };

/** The redirect of a flow: `given` if the app has that address registered, else a free port. Throws `CollectError` `usage`. */
export function redirectOf({ provider, redirects }: ConsentFlow, given: string | undefined): Redirect {
  if (given === undefined) {
    if (redirects === 'loopback') return { kind: 'here', port: 0, uri: (port) => `http://127.0.0.1:${port}/` };
    throw new CollectError(
      'usage',
      `${provider} sends the browser only to a redirect address from the settings of your app.`,
      'Name one of them: --redirect-uri URL.',
    );
  }
  if (!isHttp(given) || new URL(given).hash !== '') {
    throw new CollectError(
      'usage',
      '--redirect-uri is not an http(s) address without a fragment.',
      'Give it as it is in the settings of your app, for example --redirect-uri http://localhost:8765/.',
    );
  }
  const { protocol, hostname, port } = new URL(given);
  if (redirects === 'https' && protocol !== 'https:') {
    throw new CollectError(
      'usage',
      `${provider} sends the browser only to https addresses.`,
      'Name one from the settings of your app: --redirect-uri https://example.com/.',
    );
  }
  if (protocol === 'http:' && !isLoopback(hostname)) {
    throw new CollectError(
      'usage',
      '--redirect-uri would send the code unencrypted to another machine.',
      'Use an https address, or one of this machine.',
    );
  }
  // The listener has only IPv4.
  const isHere = protocol === 'http:' && isLoopback(hostname) && !hostname.startsWith('[');
  return isHere ? { kind: 'here', port: Number(port || 80), uri: () => given } : { kind: 'elsewhere', uri: given };
}
