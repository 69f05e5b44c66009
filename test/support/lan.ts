import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A machine of its own, as far as its network goes. */
export interface LanHost {
  /** A command that starts another one there. */
  readonly under: readonly string[];
  cutOff(): void;
  connectAgain(): void;
}

/** A network of hosts, to which this process belongs. */
export interface Lan {
  /** This process's. */
  readonly address: string;
  /** Makes a loopback port of this process's machine known to all hosts, at `address` and the returned port. */
  serve(port: number): Promise<number>;
  /** Adds a host, whose own loopback port `local` leads to the same one here, whether it is cut off or not. */
  addHost(local: number): Promise<LanHost>;
  close(): Promise<void>;
}

const FORWARDING = `
  const { connect, createServer } = require('node:net');
  const [port, target] = process.argv.slice(1);
  createServer((client) => {
    const upstream = connect(target);
    for (const [one, other] of [[client, upstream], [upstream, client]]) one.pipe(other).on('error', () => one.destroy());
  }).listen(Number(port), '127.0.0.1', () => console.log('ready'));
`;

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

/** Why no hosts can be had; undefined if they can. */
export function noLan(): string | undefined {
  const name = `probe${process.pid}`;
  try {
    ip('netns', 'add', name);
    try {
      ip('link', 'add', name, 'type', 'bridge');
      ip('link', 'delete', name);
    } finally {
      ip('netns', 'delete', name);
    }
    return undefined;
  } catch {
    return 'networks of its own are not allowed here, or there is no ip';
  }
}

export async function startLan(): Promise<Lan> {
  const bridge = `lan${process.pid}`;
  const network = `10.${200 + (process.pid % 50)}.${process.pid % 251}`;
  const address = `${network}.1`;
  const folder = await mkdtemp(join(tmpdir(), 'lan-'));
  const closing: (() => unknown)[] = [];
  const sockets = new Set<Socket>();
  let hosts = 0;
  ip('link', 'add', bridge, 'type', 'bridge');
  closing.push(() => ip('link', 'delete', bridge));
  ip('address', 'add', `${address}/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');

  /** Listens at an address or a socket's path, and passes all on to a loopback port. */
  async function forward(at: ListenOptions, port: number) {
    const server = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      const over = () => {
        client.destroy();
        upstream.destroy();
      };
      for (const socket of [client, upstream]) sockets.add(socket.on('error', over).on('close', over));
      client.pipe(upstream).pipe(client);
    });
    server.listen(at);
    await once(server, 'listening');
    closing.push(() => server.close());
    return server;
  }

  return {
    address,
    async serve(port) {
      const at = (await forward({ host: address, port: 0 }, port)).address();
      if (at === null || typeof at === 'string') throw new Error('it listens on no port');
      return at.port;
    },
    async addHost(local) {
      const place = ++hosts;
      const [name, link] = [`${bridge}-${place}`, `${bridge}h${place}`];
      const socket = join(folder, name);
      await forward({ path: socket }, local);
      ip('netns', 'add', name);
      closing.push(() => ip('netns', 'delete', name));
      ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('link', 'set', link, 'master', bridge, 'up');
      ip('-n', name, 'address', 'add', `${network}.${place + 1}/24`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
      const under = ['ip', 'netns', 'exec', name];
      const forwarding = spawn('ip', [...under.slice(1), process.execPath, '-e', FORWARDING, String(local), socket], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      closing.push(() => forwarding.kill());
      await once(forwarding.stdout, 'data');
      return {
        under,
        cutOff: () => ip('link', 'set', link, 'nomaster'),
        connectAgain: () => ip('link', 'set', link, 'master', bridge),
      };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const close of closing.reverse()) close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
