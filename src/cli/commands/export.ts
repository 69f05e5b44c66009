import { accountDays, metricColumns, missingMetric } from '../../report/export.js';
import type { DateRange } from '../../store/accounts.js';
import type { StoredValue, ValuesRequest } from '../../store/values.js';
import { count, formatNumber } from '../../text.js';
import type { ExportFlags } from '../export-options.js';
import { parseDate, parseNames, parsePlatforms, usageError, utcToday } from '../flags.js';
import { writeOut } from '../output.js';
import { loadPlugins, namesWith } from '../plugins.js';
import { readersEnvironment } from '../readers-environment.js';
import { colorsFor } from '../render/colors.js';
import { CSV, type Format, NDJSON, WIDE_NDJSON, wideCsv } from '../render/export.js';
import { isAnimatable } from '../render/reporter.js';
import { cleanText } from '../render/text.js';
import { parseKeptSandbox } from '../sandbox-flags.js';
import { withApp } from '../with-app.js';

export async function exportCommand(flags: ExportFlags): Promise<void> {
  const plugins = await loadPlugins(flags.plugin);
  const request: ValuesRequest = {
    userId: flags.user ?? null,
    platforms: parsePlatforms(flags.platform, namesWith(plugins)) ?? null,
    metrics: parseNames(flags.metric) ?? null,
    range: parseDates(flags, utcToday(new Date())),
    withAliases: flags.withAliases === true,
  };
  await withApp(
    async ({ store, platforms }) => {
      await store.check();
      const columns = metricColumns(platforms, request);
      const tally = new Map<string, number>();
      const values = counted(store.readValues(request), tally);
      const isWhole = await (flags.wide
        ? write(accountDays(values), flags.format === 'csv' ? wideCsv(columns) : WIDE_NDJSON)
        : write(values, flags.format === 'csv' ? CSV : NDJSON));
      if (!isWhole) return;
      const missing = (request.metrics ?? []).filter((metric) => !tally.has(metric));
      for (const metric of missing) {
        warn(`There are no values of ${metric}. ${missingMetric(platforms, metric, request)}`);
      }
      if (tally.size === 0 && missing.length === 0) {
        warn(`There are no such values${request.userId === null ? '' : ` of user ${JSON.stringify(request.userId)}`}.`);
      }
      if (flags.wide && flags.format === 'csv')
        warnOfOthers([...tally].filter(([metric]) => !columns.includes(metric)));
    },
    { ownPlatforms: plugins, environment: readersEnvironment(), readOnly: true, ...parseKeptSandbox(flags) },
  );
}

/** The stored days to read; without flags, all. `today` is the date in UTC. */
function parseDates({ since, until }: Pick<ExportFlags, 'since' | 'until'>, today: string): DateRange {
  const first = since === undefined ? '0001-01-01' : parseDate('--since', since, today);
  const last = until === undefined ? '9999-12-31' : parseDate('--until', until, today);
  if (first > last) throw usageError(`--since ${since} is later than --until ${until}.`, 'Swap them.');
  return { since: first, until: last };
}

/** Counts the values of each metric as they pass. */
async function* counted(pages: AsyncIterable<readonly StoredValue[]>, tally: Map<string, number>) {
  for await (const page of pages) {
    for (const { metric } of page) tally.set(metric, (tally.get(metric) ?? 0) + 1);
    yield page;
  }
}

/** Writes pages of rows, reading the next page while one is written. False once nothing more can be written. */
async function write<Row>(pages: AsyncIterable<readonly Row[]>, { header, lines }: Format<Row>): Promise<boolean> {
  const progress = await showProgress();
  try {
    let written = writeOut(header);
    for await (const page of pages) {
      if (!(await written)) return false;
      written = writeOut(lines(page));
      progress.add(page.length);
    }
    return await written;
  } finally {
    progress.end();
  }
}

/** Only on a terminal, and only when the rows go elsewhere. */
async function showProgress() {
  if (!isAnimatable(process.stderr) || process.stdout.isTTY) return { add() {}, end() {} };
  const { default: ora } = await import('ora');
  const begun = performance.now();
  const spinner = ora({ stream: process.stderr, discardStdin: false, color: process.env.NO_COLOR ? false : 'cyan' });
  let rows = 0;
  return {
    // From the second page on: what reads only the first, such as `head`, may write to the same terminal.
    add(more: number) {
      if (rows > 0 && !spinner.isSpinning) spinner.start();
      rows += more;
      const perSecond = Math.round((1000 * rows) / Math.max(1, performance.now() - begun));
      spinner.text = `${count(rows, 'row')}, ${formatNumber(perSecond)}/s`;
    },
    end: () => void spinner.stop(),
  };
}

function warnOfOthers(others: readonly (readonly [metric: string, values: number])[]): void {
  if (others.length === 0) return;
  const names = others.map(([metric]) => metric);
  const values = others.reduce((sum, [, number]) => sum + number, 0);
  warn(
    `${count(values, 'value')} left out, because no platform lists their metrics: ${names.join(', ')}. Name the metrics with --metric, or the platform's module with --plugin.`,
  );
}

function warn(text: string): void {
  process.stderr.write(`${colorsFor(process.stderr).yellow('warning:')} ${cleanText(text)}\n`);
}
