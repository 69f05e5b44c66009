/* A bare loop over the requests in the file `REQUESTS`, as a baseline: got and p-limit, each answer parsed, nothing kept. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import got from 'got';
import pLimit from 'p-limit';

const CONCURRENCY = 32;
const requests = JSON.parse(readFileSync(process.env.REQUESTS, 'utf8'));
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
const limit = pLimit(CONCURRENCY);
await Promise.all(
  requests.map(({ url, authorization }) =>
    limit(() =>
      got(url, {
        agent: { http: agent },
        headers: { authorization },
        retry: { limit: 0 },
        throwHttpErrors: false,
      }).json(),
    ),
  ),
);
agent.destroy();
