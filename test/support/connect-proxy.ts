import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';

/** How a proxy treats a request for a tunnel. `swallows`: it answers as if it opened one. */
type Manner = 'opens' | 'swallows' | 'refuses' | 'is silent';

/** A forward proxy on loopback, and all that it could see. */
export interface ConnectProxy {
  readonly port: number;
  /** `CONNECT localhost:1234`, `GET http://localhost:1234/`. */
  readonly asked: string[];
  /** The `Proxy-Authorization` headers. */
  readonly credentials: Set<string | undefined>;
  /** Every byte that it has passed on towards a server. */
  seen(): string;
  close(): void;
}

export async function startConnectProxy(manner: Manner = 'opens'): Promise<ConnectProxy> {
  const asked: string[] = [];
  const credentials = new Set<string | undefined>();
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const note = (request: IncomingMessage) => {
    asked.push(`${request.method} ${request.url}`);
    credentials.add(request.headers['proxy-authorization']);
  };
  // A request for an address without TLS; nothing is behind it.
  const server = createServer((request, response) => {
    note(request);
    response.end('{}');
  });
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined)));
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    note(request);
    if (manner === 'is silent') return;
    if (manner === 'refuses') return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    client.on('data', (chunk: Buffer) => void chunks.push(chunk));
    if (manner === 'swallows') return void client.write('HTTP/1.1 200 OK\r\n\r\n');
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    sockets.add(upstream.on('error', () => client.destroy()));
    client.pipe(upstream).pipe(client);
  });
  return {
    port: await portOf(server),
    asked,
    credentials,
    seen: () => Buffer.concat(chunks).toString('latin1'),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The loopback port on which a server now listens. */
export async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
