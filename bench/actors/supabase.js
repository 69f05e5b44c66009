/* Supabase's REST interface over an embedded PostgreSQL. Notes when calls came. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { App } from '@supabase/lite';
import { createPgliteConnection } from '@supabase/lite/pglite';
import { act, instant, options } from './actor.js';

const ROLES = 'create role anon; create role authenticated; create role service_role bypassrls';
const KEY = 'sb_secret_of-the-bench';
process.env.LITE_TELEMETRY = '0';
process.env.DO_NOT_TRACK = '1';

const connection = await createPgliteConnection({ url: options.folder });
await connection.driver.waitReady;
await connection.driver.exec(ROLES);

const app = new App({ connection, auth: { secret_key: KEY, publishable_key: 'sb_publishable_of-the-bench' } });
const calls = [];
const server = createServer(async (incoming, response) => {
  calls.push(instant());
  const answer = await app.fetch(await toFetch(incoming));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const url = `http://127.0.0.1:${server.address().port}`;
act(
  { environment: { SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: KEY } },
  {
    calls: () => calls,
    exec: async (script) => void (await connection.driver.exec(script)),
    query: async ({ text, values }) => (await connection.driver.query(text, values)).rows,
  },
);

async function toFetch(incoming) {
  const { method, headers, url: path } = incoming;
  const body = method === 'GET' || method === 'HEAD' ? undefined : await buffer(incoming);
  return new Request(`http://${headers.host}${path}`, { method, headers, body });
}
