/* Collects a few accounts of the sandbox day after day, and counts the requests of each run. */
import { openApp } from '../../dist/lib/index.js';
import { act, options } from './actor.js';

const ACCOUNTS = 4;
const DAYS_BEFORE = 12;
const DAYS = 7;
const DAY_MS = 86_400_000;
/** Runs begin at 09:00 UTC, when every platform's day has ended. */
const BEGIN = Math.floor(Date.now() / DAY_MS - DAYS_BEFORE - DAYS) * DAY_MS + 9 * 3_600_000;

act({}, { count });

/** By platform, the most frequent number of requests that a run took for an account. */
async function count() {
  let now = BEGIN;
  const app = await openApp({ sandbox: 'healthy', now: () => new Date(now) });
  const connections = await app.listConnections();
  const counts = Object.fromEntries(options.platforms.map((platform) => [platform, []]));
  for (let day = 0; day < DAYS_BEFORE + DAYS; day++, now += DAY_MS) {
    for (const platform of options.platforms) {
      const users = connections.filter((each) => each.platform === platform).slice(0, ACCOUNTS);
      for (const { userId } of users) {
        const { requests } = await app.collect({ selection: { kind: 'user', userId }, platforms: [platform] });
        if (day >= DAYS_BEFORE) counts[platform].push(requests.total);
      }
    }
  }
  await app.close();
  return Object.fromEntries(Object.entries(counts).map(([platform, each]) => [platform, mostFrequent(each)]));
}

function mostFrequent(numbers) {
  const times = (number) => numbers.filter((other) => other === number).length;
  return numbers.reduce((most, number) => (times(number) > times(most) ? number : most));
}
