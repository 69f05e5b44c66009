import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { lookupPublic, refuseNotPublic } from './public.js';

const PROXY_VARIABLE = /^(?:https?|all)_proxy$/i;

/** What keeps connections, by the protocol of an address. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** The connections to use for an address. */
export interface Route {
  readonly agent: Agents;
  readonly isProxied: boolean;
}

export interface Routes {
  /** `publicOnly`: as in `HttpRequest`. Throws `PlatformError` `configuration` for what is not, and for an unusable proxy. */
  to(url: URL, publicOnly?: boolean): Promise<Route>;
  /** Closes the connections that are not in use. */
  closeIdle(): void;
  /** Closes all connections, including those in use. */
  destroy(): void;
}

/** Connects directly, or through the proxy that the process's environment names for an address. */
export function createRoutes(options: AgentOptions = {}): Routes {
  const direct = agentsWith(options);
  // There may be thousands of hosts, each asked once or twice: an open connection to each would be too many.
  const guarded = agentsWith({ ...options, keepAlive: false, lookup: lookupPublic });
  const names = Object.entries(process.env).filter(([name, value]) => PROXY_VARIABLE.test(name) && value);
  const proxies = names.length === 0 ? null : import('./proxy.js').then(({ createProxies }) => createProxies(options));
  return {
    async to(url, publicOnly = false) {
      if (publicOnly) refuseNotPublic(url);
      const agent = (await proxies)?.agentFor(url, publicOnly) ?? null;
      if (agent !== null) return { agent, isProxied: true };
      return { agent: publicOnly ? guarded : direct, isProxied: false };
    },
    closeIdle() {
      closeIdle(direct);
      void proxies?.then(({ known }) => known().forEach(closeIdle));
    },
    destroy() {
      for (const agents of [direct, guarded]) destroy(agents);
      void proxies?.then(({ destroy }) => destroy());
    },
  };
}

function agentsWith(options: AgentOptions): Agents {
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}

function destroy({ http, https }: Agents): void {
  http.destroy();
  https.destroy();
}

function closeIdle({ http, https }: Agents): void {
  for (const { freeSockets } of [http, https])
    for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
