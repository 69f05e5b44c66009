import { DEFAULT_LOOKBACK_DAYS } from '../collector/window.js';
import type { Platform } from '../platforms/contract.js';
import type { Discrepancy } from '../store/discrepancies.js';
import type { Store } from '../store/store.js';
import { bounded, count, formatNumber } from '../text.js';
import { listDiscrepancies } from './discrepancies.js';
import { type Check, passed } from './doctor-check.js';

/** How many days are listed one by one. */
const MOST_LISTED = 100;

/** The settled days of the same period as in `status` whose figures do not add up. There is no fix: the values are the platform's. */
export async function checkData(
  sources: { readonly store: Store; readonly platforms: ReadonlyMap<string, Platform> },
  now: Date,
): Promise<Check[]> {
  const listed: Discrepancy[] = [];
  let total = 0;
  for await (const page of listDiscrepancies(sources, DEFAULT_LOOKBACK_DAYS, now)) {
    listed.push(...page.slice(0, MOST_LISTED - listed.length));
    total += page.length;
  }
  if (total === 0) return [passed('data', `The figures of the last ${DEFAULT_LOOKBACK_DAYS} days add up.`)];
  const more = total - listed.length;
  return [
    warning(
      `${count(total, 'figure')} of the last ${DEFAULT_LOOKBACK_DAYS} days ${total === 1 ? 'does' : 'do'} not add up:`,
    ),
    ...listed.map(({ platform, accountId, userId, date, metric, stated, computed }) =>
      warning(
        `${date} ${platform} ${bounded(accountId)} of user ${bounded(userId)}: ${metric} gives ${formatNumber(stated)}, the other figures add up to ${formatNumber(computed)}.`,
      ),
    ),
    ...(more > 0 ? [warning(`${formatNumber(more)} more.`)] : []),
  ];
}

function warning(message: string): Check {
  return { name: 'data', ok: false, level: 'warning', message, fix: null };
}
