import type { ConnectionReport } from '../../report/events.js';
import type { Summary } from '../../report/summary.js';
import { count, formatNumber } from '../../text.js';
import { MAX_LINES } from './summary.js';
import { cleanText, formatAccount, formatDates } from './text.js';

/** What a run would collect: the outcome of `--dry-run`. */
export function renderDue(summary: Summary, reports: Iterable<ConnectionReport>): string {
  const due = [...reports].filter((report) => report.dates.length > 0);
  const lines = due.slice(0, MAX_LINES).map(dueLine);
  const more = due.length - lines.length;
  return `${[
    'dry run: no requests were sent, nothing was written',
    due.length === 0
      ? `due: nothing (${count(summary.connections.total, 'active connection')})`
      : `due: ${count(summary.days.planned, 'day')} of ${count(due.length, 'connection')} (${formatNumber(summary.connections.total)} active)`,
    ...lines.map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${formatNumber(more)} more: --verbose lists all`] : []),
  ].join('\n')}\n`;
}

function dueLine(report: ConnectionReport): string {
  const days = `${count(report.dates.length, 'day')}: ${formatDates(report.dates)}`;
  const skipped = report.result === 'skipped' ? `, skipped: ${report.message ?? report.reason}` : '';
  return cleanText(`${report.platform} ${formatAccount(report)} of user ${report.userId}: ${days}${skipped}`);
}
