import { setMaxListeners } from 'node:events';
import type { AgentOptions, ClientRequest } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { PlatformError } from '../errors.js';
import { publicAddressOf } from './public.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** Connections through proxies. */
export interface Proxies {
  /** Null for an address that no proxy is named for. Throws `PlatformError` `configuration` for an unusable proxy. */
  agentFor(url: URL, publicOnly: boolean): ProxyAgents | null;
  /** Those in use. */
  known(): ProxyAgents[];
  destroy(): void;
}

interface ProxyAgents {
  readonly http: HttpProxyAgent<string>;
  readonly https: Tunnel;
}

/** Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or lower case, as most programs do. */
export function createProxies(options: AgentOptions): Proxies {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const known = new Map<string, ProxyAgents>();
  return {
    agentFor(url, publicOnly) {
      const proxy = proxyFor(url);
      if (proxy === '') return null;
      const key = `${publicOnly} ${proxy}`;
      const agents = known.get(key) ?? open(proxy, options, closing.signal, publicOnly);
      known.set(key, agents);
      return agents;
    },
    known: () => [...known.values()],
    destroy() {
      closing.abort();
      for (const { http, https } of known.values()) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

/** Without a scheme a proxy is one of plain HTTP, as for curl; proxy-from-env gives it the target's. */
function proxyFor(url: URL): string {
  const proxy = getProxyForUrl(url.href);
  if (!proxy.startsWith('https://')) return proxy;
  const bare = proxy.slice('https://'.length);
  const isBare = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].some((name) => process.env[name] === bare);
  return isBare ? `http://${bare}` : proxy;
}

function open(proxy: string, options: AgentOptions, closing: AbortSignal, publicOnly: boolean): ProxyAgents {
  // The address may hold a password, so that no message quotes it.
  if (!/^https?:\/\//i.test(proxy) || !URL.canParse(proxy)) {
    throw new PlatformError(
      'configuration',
      'the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not an http:// or https:// address; correct or unset the variable',
      'connection',
    );
  }
  return {
    http: new HttpProxyAgent(proxy, { ...options, signal: closing }),
    https: publicOnly
      ? new PublicTunnel(proxy, { ...options, keepAlive: false }, closing)
      : new Tunnel(proxy, options, closing),
  };
}

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

/** A tunnel to an https address, which the proxy cannot look into. A request fails if the proxy refuses the tunnel or stays silent. */
class Tunnel extends HttpsProxyAgent<string> {
  constructor(
    proxy: string,
    options: AgentOptions,
    private readonly closing: AbortSignal,
  ) {
    super(proxy, options);
  }

  override async connect(request: ClientRequest, options: ConnectOptions) {
    const silent = new AbortController();
    const timer = setTimeout(() => silent.abort(), CONNECT_TIMEOUT_MS);
    this.connectOpts.signal = AbortSignal.any([this.closing, silent.signal]);
    let status = 200;
    request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      status = statusCode;
    });
    try {
      const socket = await super.connect(request, options);
      // Otherwise the proxy's answer would pass for the platform's.
      if (status !== 200) throw failure(`HTTP ${status}`);
      return socket;
    } catch (error) {
      throw silent.signal.aborted ? failure('ETIMEDOUT') : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A tunnel to a public address. The name is resolved here: the proxy might resolve it to another address. */
class PublicTunnel extends Tunnel {
  override async connect(request: ClientRequest, options: ConnectOptions) {
    const { host = '' } = options;
    return super.connect(request, {
      ...options,
      servername: host,
      host: await publicAddressOf(host),
    } as ConnectOptions);
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`The proxy did not open a tunnel (${code})`), { code });
}
