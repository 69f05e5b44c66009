import type { ShownAccount, ShownMetric, ShowReport } from '../../report/show.js';
import { count, formatNumber, shorten } from '../../text.js';
import type { SandboxFlag } from '../sandbox-flags.js';
import type { Colors } from './colors.js';
import { GAP, sparkline } from './sparkline.js';
import { formatTable } from './table.js';
import { cleanText, formatAccount, formatRange, WIDTH } from './text.js';
import { wrap } from './wrap.js';

const LONGEST_HEADING = WIDTH - 12;

/** The text that `show` prints. */
export function renderShow(report: ShowReport, colors: Colors, sandbox: SandboxFlag = ''): string {
  const { accounts, days } = report;
  if (accounts.length === 0) {
    return `No values of the last ${count(days, 'ended day')}. Next: analytics-collect status${sandbox}\n`;
  }
  const [first] = accounts;
  const isAlike = accounts.every(({ since, until }) => since === first?.since && until === first.until);
  const named = isAlike && first ? formatRange(first.since, first.until) : `the last ${count(days, 'ended day')}`;
  const text = `User ${shorten(report.user_id, LONGEST_HEADING)}: ${named}, against the ${count(days, 'day')} before`;
  const heading = wrap(cleanText(text), WIDTH);
  const blocks = [heading, ...accounts.map((account) => accountLines(account, report, colors)), legend(report)];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function accountLines(account: ShownAccount, { accounts, days }: ShowReport, colors: Colors): string[] {
  const { platform, account_id, account_name, is_primary, metrics } = account;
  const name = formatAccount({ accountId: account_id, accountName: account_name, connectionId: account_id });
  const isOneOfSeveral = accounts.filter((each) => each.platform === platform).length > 1;
  const mark = isOneOfSeveral && is_primary ? ', primary' : '';
  return [
    colors.bold(cleanText(`${shorten(`${platform} ${name}`, LONGEST_HEADING)}${mark}`)),
    ...table(account, days, colors),
    ...breakLines(metrics),
  ];
}

/** Sums, levels, and values that cannot be added up, each group under its title. */
function table({ metrics, until }: ShownAccount, days: number, colors: Colors): string[] {
  const sections = [
    { title: days === 1 ? 'the day' : `total of ${count(days, 'day')}`, aggregate: 'sum' },
    { title: 'closing figures', aggregate: 'last' },
    { title: 'newest day alone', aggregate: 'none' },
  ].flatMap(({ title, aggregate }) => {
    const rows = metrics.filter((metric) => metric.aggregate === aggregate).map((metric) => cellsOf(metric, until));
    return rows.length === 0 ? [] : [{ title, rows }];
  });
  const all = sections.flatMap(({ rows }) => rows);
  const widths = [0, 1, 2, 3, 4].map((cell) => Math.max(...all.map(({ cells }) => (cells[cell]?.length ?? 0) + 2)));
  const longest = Math.max(12, WIDTH - 2 - widths.reduce((total, width) => total + width, 0));
  const titles = new Set(sections.map(({ title }) => title));
  const lines = formatTable(
    [
      { title: '' },
      { title: '', align: 'right' },
      { title: '', align: 'right' },
      { title: '', align: 'right' },
      { title: '' },
      { title: '' },
    ],
    sections.flatMap(({ title, rows }) => [
      [title],
      ...rows.map(({ name, cells }) => [shorten(name, longest), ...cells]),
    ]),
  );
  return lines.slice(1).map((line) => `  ${titles.has(line) ? colors.dim(line) : line}`);
}

function cellsOf(metric: ShownMetric, until: string): { name: string; cells: string[] } {
  const { value, unit, change, change_percent, aggregate, provisional, values, date } = metric;
  const bars = sparkline(
    values.map(({ value }) => value),
    aggregate === 'sum',
  );
  return {
    name: cleanText(metric.metric),
    cells: [
      `${formatNumber(round(value))}${unit === 'percent' ? ' %' : ''}${provisional ? '*' : ' '}`,
      change === null ? '' : signed(change),
      change_percent === null ? '' : `${signed(change_percent, 1)} %${isPartial(metric) ? '~' : ' '}`,
      bars,
      aggregate === 'sum' || date === until ? '' : date.slice(5),
    ],
  };
}

/** Whether a change is shown that leaves out days without a counterpart in the period before. */
function isPartial({ change_percent, days_compared, values }: ShownMetric): boolean {
  if (change_percent === null || days_compared === null) return false;
  return days_compared < values.filter(({ value }) => value !== null).length;
}

/** One line for each break, with all the metrics that it concerns. */
function breakLines(metrics: readonly ShownMetric[]): string[] {
  const names = new Map<string, string[]>();
  for (const { metric, breaks } of metrics) {
    for (const { from, until, change } of breaks) {
      const said = `series break, ${formatRange(from, until)}: ${change}`;
      names.set(said, [...(names.get(said) ?? []), metric]);
    }
  }
  return [...names].flatMap(([said, concerned]) =>
    wrap(`  ${cleanText(`${concerned.join(', ')}: ${said}`)}`, WIDTH, '    '),
  );
}

function legend({ accounts }: ShowReport): string[] {
  const metrics = accounts.flatMap(({ metrics }) => metrics);
  const marks = [
    metrics.some(({ provisional }) => provisional) ? '* provisional: may still change' : null,
    metrics.some(({ values }) => values.some(({ value }) => value === null)) ? `${GAP} no value` : null,
    metrics.some(isPartial) ? '~ days that both periods have' : null,
  ];
  const shown = marks.filter((mark) => mark !== null);
  return shown.length === 0 ? [] : [shown.join('   ')];
}

function signed(number: number, digits = 0): string {
  const rounded = round(number, Math.max(digits, 2));
  const text = Math.abs(rounded).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits || 2,
  });
  return `${rounded > 0 ? '+' : rounded < 0 ? '-' : '±'}${text}`;
}

function round(number: number, digits = 2): number {
  return Number(number.toFixed(digits));
}
