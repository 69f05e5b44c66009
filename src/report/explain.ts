import { expectKnownUser } from '../collector/connections.js';
import { nearest } from '../edit-distance.js';
import { CollectError } from '../errors.js';
import type { DayExplanation, ExplainRequest } from '../store/explanation.js';
import type { Store } from '../store/store.js';
import { bounded } from '../text.js';

/** How many names a message lists. */
const MOST_NAMES = 20;

/** How certain each value of an account's day is, or why it is missing. Throws `CollectError` `usage` if there is no such account or metric. */
export async function explainDay(
  store: Pick<Store, 'check' | 'explainDay' | 'countConnections' | 'description'>,
  request: ExplainRequest,
  now: Date,
): Promise<DayExplanation> {
  await store.check();
  const day = await store.explainDay(request, now);
  if (day.unknown === null) return day;
  if (day.unknown === 'user') await expectKnownUser(store, request.userId);
  throw unknownName(day, request);
}

/** What there is none of that was asked for, but for the user. */
export function unknownName(
  { unknown, known }: Pick<DayExplanation, 'unknown' | 'known'>,
  request: Omit<ExplainRequest, 'date'>,
): CollectError {
  const { userId, platform, accountId, metric } = request;
  const user = `User ${JSON.stringify(bounded(userId))}`;
  const [what, given] =
    unknown === 'metric'
      ? [`${platform} has no metric ${JSON.stringify(metric)}.`, metric ?? '']
      : unknown === 'account'
        ? [`${user} has no account ${JSON.stringify(accountId)} on ${platform}.`, accountId ?? '']
        : [`${user} has no account on ${JSON.stringify(platform)}.`, platform];
  const near = nearest(given, known, 2);
  const names = known.slice(0, MOST_NAMES).map(bounded).join(', ');
  const more = known.length > MOST_NAMES ? ', …' : '';
  return new CollectError('usage', what, near === null ? `Known: ${names}${more}.` : `Did you mean ${near}?`);
}
