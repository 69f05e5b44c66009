import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CollectError, hasCode } from '../errors.js';
import { isAnswer, NotThisAnswer } from './answer.js';
import { sendPage } from './page.js';

const ADDRESS = '127.0.0.1';
const HERE = `http://${ADDRESS}`;
const CLOSE = 'You can close this window and return to the terminal.';

export interface Listener {
  readonly port: number;
  /**
   * Takes one answer that arrives at a path, and shows the result of `read` in the browser. Rejects with what `read` throws, except
   * `NotThisAnswer`, after which it keeps listening.
   */
  answer<T>(path: string, read: (parameters: URLSearchParams) => T): Promise<T>;
  close(): void;
}

/** Listens only on the loopback address. Throws `CollectError` `address_taken`. */
export async function listen(port: number): Promise<Listener> {
  let onRequest: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => refuse(response);
  const server = createServer((request, response) => onRequest(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(taken(port, cause)));
    server.listen(port, ADDRESS, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    answer: (path, read) =>
      new Promise((resolve, reject) => {
        onRequest = (request, response) => {
          const target = request.url ?? '/';
          // Anyone on this machine may send any target, `//` for example.
          if (!URL.canParse(target, HERE)) return refuse(response);
          const { pathname, searchParams } = new URL(target, HERE);
          // Browsers also ask for an icon.
          if (request.method !== 'GET' || pathname !== path || !isAnswer(searchParams)) return refuse(response);
          try {
            const value = read(searchParams);
            onRequest = (_, later) => refuse(later);
            response.once('close', () => resolve(value));
            sendPage(response, 200, 'Consent received', CLOSE);
          } catch (error) {
            if (error instanceof NotThisAnswer) return sendPage(response, 400, 'Not connected', error.message);
            onRequest = (_, later) => refuse(later);
            response.once('close', () => reject(error));
            const isDenied = error instanceof CollectError && error.code === 'consent_denied';
            const message = error instanceof CollectError ? error.message : 'Something went wrong.';
            sendPage(
              response,
              isDenied ? 200 : 400,
              isDenied ? 'Consent denied' : 'Not connected',
              `${message} ${CLOSE}`,
            );
          }
        };
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function refuse(response: ServerResponse): void {
  sendPage(response, 404, 'Nothing here', CLOSE);
}

function taken(port: number, cause: Error): CollectError {
  const why = hasCode(cause, 'EADDRINUSE') ? 'it is taken' : 'code' in cause ? String(cause.code) : 'unknown error';
  return new CollectError(
    'address_taken',
    `Cannot listen on ${ADDRESS}:${port} for the answer (${why}).`,
    'Stop what listens there, or name another redirect address with --redirect-uri.',
    { cause },
  );
}
