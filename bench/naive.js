/* The naive design, and the connections that it understands. */
import { actorFile, measure } from './process.js';
import { daysAgo, midnight } from './work.js';

/** It knows one kind of token, and accounts by their own id: about half of the sandbox's users. */
const SIMPLE = { instagram: [/^EAA/, /^178414/], facebook: [/^EAAsandboxPage/, /^1045/] };

/** Collects one day of all connections. */
export function runNaive(environment, day) {
  const range = { DATE: daysAgo(day), SINCE: midnight(daysAgo(day)), UNTIL: midnight(daysAgo(day - 1)) - 1 };
  return measure([actorFile('naive.js')], { ...environment, ...range });
}

/** The connections of users of whom it understands all. */
export function simpleOnes(connections) {
  const isSimple = ({ platform, accessToken, accountId }) => {
    const [token, id] = SIMPLE[platform];
    return token.test(accessToken) && id.test(accountId);
  };
  const others = new Set(connections.filter((each) => !isSimple(each)).map(({ userId }) => userId));
  return connections.filter(({ userId }) => !others.has(userId));
}
