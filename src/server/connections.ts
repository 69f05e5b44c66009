import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Keeps at most so many connections. For one more, the one that has been without a complete request for longest is closed. */
export function boundConnections(server: Server, most: number): void {
  const open = new Set<Socket>();
  /** Those without a request in progress, in the order in which they came to be so. */
  const waiting = new Set<Socket>();
  const forget = (socket: Socket) => {
    open.delete(socket);
    waiting.delete(socket);
  };

  server.on('connection', (socket: Socket) => {
    open.add(socket);
    waiting.add(socket);
    socket.once('close', () => forget(socket));
    if (open.size <= most) return;
    const [oldest = socket] = waiting;
    forget(oldest);
    oldest.destroy();
  });
  server.on('request', ({ socket }, response) => {
    waiting.delete(socket);
    response.once('close', () => {
      if (open.has(socket)) waiting.add(socket);
    });
  });
}
