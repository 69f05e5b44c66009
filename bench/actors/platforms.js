/*
 * The platforms: the sandbox or, with `refusal`, an API that answers every request with an error of that message. Notes when
 * requests came, what went over their connections and, with `isRecording`, which they were.
 */
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { startSandbox } from '../../dist/lib/index.js';
import { act, instant, options } from './actor.js';

const { isRecording, refusal, ...sandboxOptions } = options;
const seen = { requests: 0, firstAt: null, lastAnswerAt: null };
const recorded = [];
const sockets = new Set();

subscribe('http.server.request.start', ({ request, socket }) => {
  sockets.add(socket);
  seen.requests += 1;
  seen.firstAt ??= instant();
  if (!isRecording) return;
  const { url, headers } = request;
  recorded.push({ url: `http://${headers.host}${url}`, authorization: headers.authorization });
});
subscribe('http.server.response.finish', () => {
  seen.lastAnswerAt = instant();
});

act(refusal === undefined ? await startSandbox(sandboxOptions).then(publicPart) : await refuseAll(refusal), {
  seen: () => seen,
  recorded: () => recorded,
  bytes: () => [...sockets].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0),
  cpuMs: () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000,
});

function publicPart({ environment, connections }) {
  return { environment, connections };
}

async function refuseAll(message) {
  const body = JSON.stringify({ error: { message, type: 'OAuthException', code: 190, error_subcode: 463 } });
  const server = createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  return { environment: { META_GRAPH_URL: url, INSTAGRAM_GRAPH_URL: url }, connections: [] };
}
