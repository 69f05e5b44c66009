import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach } from 'vitest';
import { listen } from './database.js';

/** Secret, as the addresses of webhooks and healthchecks are. */
export const PATH = '/T0000-B1111-hook-secret';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A chat or a healthcheck on loopback: answers the given statuses in turn, the last for ever; 0 is silence. */
export async function receiver(...statuses: number[]) {
  const received: { url: string; body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ url: request.url ?? '', body });
      const status = statuses.length > 1 ? statuses.shift() : (statuses[0] ?? 200);
      if (status) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  servers.push(server);
  return { url: `${await listen(server)}${PATH}`, received };
}
