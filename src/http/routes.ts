import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

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
  to(url: URL): Promise<Route>;
  /** Closes the connections that are not in use. */
  closeIdle(): void;
  /** Closes all connections, including those in use. */
  destroy(): void;
}

/** Connects directly, or through the proxy that the process's environment names for an address. */
export function createRoutes(options: AgentOptions = {}): Routes {
  const direct = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  const names = Object.entries(process.env).filter(([name, value]) => PROXY_VARIABLE.test(name) && value);
  const proxies = names.length === 0 ? null : import('./proxy.js').then(({ createProxies }) => createProxies(options));
  return {
    async to(url) {
      const agent = (await proxies)?.agentFor(url) ?? null;
      return agent === null ? { agent: direct, isProxied: false } : { agent, isProxied: true };
    },
    closeIdle() {
      closeIdle(direct);
      void proxies?.then(({ known }) => known().forEach(closeIdle));
    },
    destroy() {
      direct.http.destroy();
      direct.https.destroy();
      void proxies?.then(({ destroy }) => destroy());
    },
  };
}

function closeIdle({ http, https }: Agents): void {
  for (const { freeSockets } of [http, https])
    for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
