import type { WrittenMetric } from '../../store/store.js';
import { formatNumber } from '../../text.js';
import { formatTable } from './table.js';
import { cleanText } from './text.js';

const COLUMNS = [
  { title: 'platform' },
  { title: 'metric' },
  { title: 'users', align: 'right' },
  { title: 'rows', align: 'right' },
  { title: 'total', align: 'right' },
] as const;

/** What was written in the last 24 hours. A metric whose values may not be added up has no total. */
export function renderWritten(metrics: readonly WrittenMetric[]): string {
  if (metrics.length === 0) return 'nothing was written in the last 24 hours. Next: analytics-collect collect\n';
  const rows = metrics.map(({ platform, metric, users, rows, total }) => [
    cleanText(platform),
    cleanText(metric),
    formatNumber(users),
    formatNumber(rows),
    total === null ? '' : formatNumber(total),
  ]);
  return `${formatTable(COLUMNS, rows).join('\n')}\n`;
}
