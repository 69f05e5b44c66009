/* Collects a few accounts of the sandbox day after day, several times a day, and counts the requests of each run. */
import { subscribe } from 'node:diagnostics_channel';
import { openApp } from '../../dist/lib/index.js';
import { act, options } from './actor.js';

const ACCOUNTS = 4;
const DAYS_BEFORE = 12;
const DAYS = 7;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** In UTC. By 09:00 every platform's day has ended. */
const HOURS = [2, 9, 16];
const BEGIN = Math.floor(Date.now() / DAY_MS - DAYS_BEFORE - DAYS) * DAY_MS;

let methods = [];
subscribe('http.server.request.start', ({ request }) => {
  methods.push(request.method);
});

act({}, { count });

/** By platform and hour, the most frequent number of requests that a run took for an account. */
async function count() {
  let now = BEGIN;
  const app = await openApp({ sandbox: 'healthy', now: () => new Date(now) });
  const connections = await app.listConnections();
  const counts = Object.fromEntries(
    options.platforms.map((platform) => [platform, Object.fromEntries(HOURS.map((hour) => [hour, []]))]),
  );
  for (let day = 0; day < DAYS_BEFORE + DAYS; day++) {
    for (const hour of HOURS) {
      now = BEGIN + day * DAY_MS + hour * HOUR_MS;
      for (const platform of options.platforms) {
        const users = connections.filter((each) => each.platform === platform).slice(0, ACCOUNTS);
        for (const { userId } of users) {
          methods = [];
          await app.collect({ selection: { kind: 'user', userId }, platforms: [platform] });
          // A token is refreshed by POST, after a request that it no longer opens.
          const isRefreshed = methods.includes('POST');
          if (day >= DAYS_BEFORE && !isRefreshed) counts[platform][hour].push(methods.length);
        }
      }
    }
  }
  await app.close();
  return mapped(counts, (hours) => mapped(hours, mostFrequent));
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function mostFrequent(numbers) {
  const times = (number) => numbers.filter((other) => other === number).length;
  return numbers.reduce((most, number) => (times(number) > times(most) ? number : most));
}
