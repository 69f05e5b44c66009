import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { FaultKind, SandboxAccount } from './account.js';
import { type Addresses, APIS, type Api, addressesAt, isApi } from './apis.js';
import { SANDBOX_CREDENTIALS } from './oauth.js';
import { decoded, type Reply, type SandboxRequest } from './reply.js';
import { newestVersions } from './versions.js';
import { type Counters, createWorld, type World } from './world.js';

export interface SandboxOptions {
  readonly accounts: readonly SandboxAccount[];
  /** The platforms' clock. */
  readonly now?: () => Date;
  /** Delay of every answer. */
  readonly latencyMs?: number;
  /** How far the `Date` header of each answer is ahead of this machine's clock. */
  readonly clockAheadMs?: number;
  /** Metrics that the platforms refuse, as if they had retired them. */
  readonly refusedMetrics?: readonly string[];
  /** APIs whose daily quota has been used up elsewhere: `youtube-analytics`, `youtube-data`, or one of LinkedIn's resources. */
  readonly exhausted?: readonly string[];
  /** Google APIs that are not enabled for the app. */
  readonly disabled?: readonly Api[];
  /** How many queries the YouTube Analytics API answers in any minute, over all channels. */
  readonly youtubeQueriesPerMinute?: number;
  /** How many calls per day (UTC) LinkedIn answers, over all resources. */
  readonly linkedinCallsPerDay?: number;
  /** If given, graph.facebook.com requires an `appsecret_proof`. */
  readonly metaAppSecret?: string;
  /** Keeps every request in `requests`. Off by default, so that memory does not grow. */
  readonly record?: boolean;
}

interface RecordedRequest {
  readonly api: Api;
  readonly method: string;
  /** Without the API's prefix, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The account whose token was used; undefined for an unknown token. */
  readonly accountId: string | undefined;
  /** 0 if the sandbox did not answer. */
  readonly status: number;
}

export interface Sandbox {
  readonly urls: Addresses;
  /** The variables for a program that uses it: addresses, the app's credentials, and the versions supported at its clock's time. */
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: readonly RecordedRequest[];
  readonly counters: Readonly<Counters>;
  /** How often an account's fault has occurred, so that a test that injects one can check that it did. */
  fired(accountId: string, kind: FaultKind): number;
  close(): Promise<void>;
}

/** Serves the platforms' APIs in miniature on a free loopback port. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const now = options.now ?? (() => new Date());
  const world = createWorld({
    accounts: options.accounts,
    now,
    refusedMetrics: options.refusedMetrics ?? [],
    metaAppSecret: options.metaAppSecret,
    exhausted: options.exhausted ?? [],
    disabled: options.disabled ?? [],
    youtubeQueriesPerMinute: options.youtubeQueriesPerMinute ?? Number.POSITIVE_INFINITY,
    linkedinCallsPerDay: options.linkedinCallsPerDay ?? Number.POSITIVE_INFINITY,
  });
  const requests: RecordedRequest[] = [];

  const handle = (incoming: IncomingMessage, response: ServerResponse, body: string) => {
    const request = parseRequest(incoming, body);
    const reply = request ? answer(request, world) : NO_SUCH_API;
    world.counters.requests += 1;
    if (reply.unexpected) world.counters.unexpected += 1;
    if (request && options.record) requests.push(recorded(request, reply));
    const send = () => sendReply(response, reply, options.clockAheadMs);
    if (options.latencyMs) setTimeout(send, options.latencyMs);
    else send();
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    if (incoming.method === 'GET') return handle(incoming, response, '');
    readBody(incoming).then(
      (body) => handle(incoming, response, body),
      () => response.destroy(),
    );
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });

  const urls = addressesAt(`http://127.0.0.1:${port}`);
  return {
    urls,
    get environment() {
      return { ...urls, ...SANDBOX_CREDENTIALS, ...newestVersions(now()) };
    },
    requests,
    counters: world.counters,
    fired: world.fired,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const NO_SUCH_API: Reply = { status: 404, body: { error: 'The sandbox has no such API.' }, unexpected: true };

/** A request to one of the APIs. */
interface ApiRequest extends SandboxRequest {
  readonly api: Api;
}

function answer(request: ApiRequest, world: World): Reply {
  const { byApi } = world.counters;
  byApi[request.api] = (byApi[request.api] ?? 0) + 1;
  return APIS[request.api].answer(request, world);
}

function parseRequest(incoming: IncomingMessage, body: string): ApiRequest | undefined {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const fullPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  const [, api = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(fullPath) ?? [];
  if (!isApi(api) || decoded(path) === undefined) return undefined;
  const { method = 'GET', headers } = incoming;
  const base = `http://${headers.host}/${api}`;
  return { api, base, method, path, rawQuery, query: new URLSearchParams(rawQuery), headers, body };
}

function recorded(request: ApiRequest, reply: Reply): RecordedRequest {
  const { api, method, path, query, headers, body } = request;
  return { api, method, path, query, headers, body, accountId: reply.accountId, status: reply.status };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function sendReply(response: ServerResponse, reply: Reply, clockAheadMs = 0): void {
  if (reply.silence === 'stall') return;
  if (reply.silence === 'reset') {
    response.destroy();
    return;
  }
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=UTF-8',
    date: new Date(Date.now() + clockAheadMs).toUTCString(),
    ...reply.headers,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
