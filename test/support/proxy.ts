import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { hasCode } from '../../src/errors.js';

export type NetworkFault =
  /** Nobody listens. */
  | 'refuse'
  /** The first bytes are answered with RST. */
  | 'reset'
  /** Everything is taken and nothing answered. */
  | 'stall'
  /** The connection ends in the middle of the answer. */
  | 'cut'
  /** The answer comes late. */
  | 'delay';

const DELAY_MS = 300;

/** A TCP proxy on loopback that spoils connections. */
export interface FaultyProxy {
  readonly port: number;
  /** How many connections have met a fault. An attempt that is refused is never seen here: its client tells. */
  fired(): number;
  /** Spoils the next so many connections, or all of them, those that are open already among them. */
  begin(fault: NetworkFault, connections?: number): Promise<void>;
  /** New connections are sound again; one that stalls goes on doing so. */
  end(): Promise<void>;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  fault: NetworkFault | null;
}

export async function startProxy(targetPort: number): Promise<FaultyProxy> {
  const links = new Set<Link>();
  let current: { readonly fault: NetworkFault; left: number } | null = null;
  let fired = 0;

  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    const spoilt = current !== null && current.left-- > 0;
    const link: Link = { client, fault: spoilt && current ? current.fault : null };
    links.add(link);
    let met = false;
    const meet = () => {
      fired += met ? 0 : 1;
      met = true;
    };
    const over = () => {
      links.delete(link);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', over).on('close', over);

    client.on('data', (chunk: Buffer) => {
      if (link.fault === 'stall') return meet();
      if (link.fault !== 'reset' && link.fault !== 'refuse') return void upstream.write(chunk);
      meet();
      client.resetAndDestroy();
    });
    upstream.on('data', (chunk: Buffer) => {
      if (link.fault === 'stall') return meet();
      if (link.fault === 'delay') {
        meet();
        return void setTimeout(() => client.write(chunk), DELAY_MS);
      }
      if (link.fault !== 'cut') return void client.write(chunk);
      meet();
      client.end(firstHalf(chunk));
      upstream.destroy();
    });
  });

  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return port;
  };
  /** A port that no system gives to another server while this one refuses connections. */
  const listenAnywhere = async (): Promise<number> => {
    try {
      return await listen(randomInt(20_000, 32_000));
    } catch (error) {
      if (hasCode(error, 'EADDRINUSE')) return listenAnywhere();
      throw error;
    }
  };
  const port = await listenAnywhere();

  return {
    port,
    fired: () => fired,
    async begin(fault, connections = Number.POSITIVE_INFINITY) {
      current = { fault, left: connections };
      if (connections === Number.POSITIVE_INFINITY) for (const link of links) link.fault = fault;
      if (fault !== 'refuse') return;
      server.close();
      fired += links.size;
      for (const { client } of links) client.resetAndDestroy();
    },
    async end() {
      current = null;
      for (const link of links) if (link.fault !== 'stall') link.fault = null;
      if (!server.listening) await listen(port);
    },
    async close() {
      for (const { client } of links) client.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Of an HTTP answer, its head and half of its body; of anything else, half. */
function firstHalf(chunk: Buffer): Buffer {
  const head = chunk.indexOf('\r\n\r\n') + 4;
  const body = head < 4 ? 0 : head;
  return chunk.subarray(0, body + Math.floor((chunk.length - body) / 2));
}
