import { HOUR_MS } from '../../clock.js';
import { ADD_CONNECTION } from '../../collector/connections.js';
import { isSkipReason } from '../../errors.js';
import type { ExpiringToken, FailingReport, PlatformStatus, StatusReport } from '../../report/status.js';
import { count, formatNumber } from '../../text.js';
import type { Colors } from './colors.js';
import { MAX_LINES } from './summary.js';
import { cleanText, formatAccount, formatDuration, formatTable } from './text.js';

/** The text that `status` prints. */
export function renderStatus(report: StatusReport, colors: Colors): string {
  const blocks = [
    [cleanText(report.store), lastRunLine(report.last_run, colors)],
    platformTable(report.platforms),
    lostLines(report.platforms),
    ignoredLines(report.ignored),
    failingLines(report.platforms, colors),
    permissionLines(report.platforms, colors),
    expiringLines(report, colors),
    report.warnings.map((warning) => `${colors.yellow('warning:')} ${cleanText(warning)}`),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Why the newest completed run is too old, or null. Only completed runs count, and their age is measured from their start. */
export function staleness({ last_success: success }: StatusReport, maxAgeHours: number): string | null {
  if (success === null) return 'no run over all users has completed yet';
  if (success.age_hours <= maxAgeHours) return null;
  return `the last completed run started ${formatDuration(success.age_hours * HOUR_MS)} ago, more than ${formatNumber(maxAgeHours)} h`;
}

function lastRunLine(run: StatusReport['last_run'], colors: Colors): string {
  if (run === null) return 'last run: none yet. Next: analytics-collect collect';
  const color = run.status === 'completed' ? colors.green : run.status === 'running' ? colors.cyan : colors.yellow;
  const age = run.age_hours === 0 ? 'just now' : `${formatDuration(run.age_hours * HOUR_MS)} ago`;
  return `last run: ${color(run.status)}, started ${age} (${run.started_at}) by ${cleanText(run.trigger)}, scope ${cleanText(run.scope)}`;
}

function platformTable(platforms: readonly PlatformStatus[]): string[] {
  if (platforms.length === 0) return [`no active connections. Next: ${ADD_CONNECTION}`];
  const rows = platforms.map((platform) => [
    cleanText(platform.platform),
    formatNumber(platform.accounts),
    formatNumber(platform.accounts_with_data),
    formatNumber(platform.failing.length + platform.failing_omitted),
    platform.newest_day ?? 'none',
    formatNumber(platform.days_missing),
    platform.since,
  ]);
  const columns = [
    { title: 'platform' },
    { title: 'accounts', align: 'right' },
    { title: 'with data', align: 'right' },
    { title: 'failing', align: 'right' },
    { title: 'newest day' },
    { title: 'missing', align: 'right' },
    { title: 'since' },
  ] as const;
  return formatTable(columns, rows);
}

function lostLines(platforms: readonly PlatformStatus[]): string[] {
  const lost = platforms
    .filter(({ lost_days }) => lost_days > 0)
    .map(({ platform, lost_days }) => `${cleanText(platform)} ${formatNumber(lost_days)}`);
  return lost.length === 0 ? [] : [`days that can no longer be collected: ${lost.join(', ')}`];
}

function ignoredLines(ignored: StatusReport['ignored']): string[] {
  const services = Object.entries(ignored).map(
    ([name, connections]) => `${cleanText(name)} ${formatNumber(connections)}`,
  );
  return services.length === 0 ? [] : [`ignored connections of other services: ${services.join(', ')}`];
}

function failingLines(platforms: readonly PlatformStatus[], colors: Colors): string[] {
  const reasons = platforms.flatMap(({ platform, reasons }) =>
    Object.entries(reasons).flatMap(([reason, accounts]) =>
      isSkipReason(reason) ? [] : [`${formatNumber(accounts)} ${cleanText(platform)} ${reason}`],
    ),
  );
  const listed = accountLines(platforms, 'failing');
  const omitted = sum(platforms, ({ failing_omitted }) => failing_omitted);
  return block(listed, omitted, (total) => colors.red(`${count(total, 'account')} failing: ${reasons.join(', ')}`));
}

function permissionLines(platforms: readonly PlatformStatus[], colors: Colors): string[] {
  const listed = accountLines(platforms, 'missing_permission');
  const omitted = sum(platforms, ({ missing_permission_omitted }) => missing_permission_omitted);
  return block(listed, omitted, (total) =>
    colors.yellow(`${count(total, 'account')} skipped until a permission is granted (missing_permission):`),
  );
}

function accountLines(platforms: readonly PlatformStatus[], kind: 'failing' | 'missing_permission'): string[] {
  return platforms.flatMap((platform) => platform[kind].map((account) => accountLine(platform.platform, account)));
}

function accountLine(platform: string, account: FailingReport): string {
  const why = account.message === null ? account.reason : `${account.reason}: ${account.message}`;
  const since = `${count(account.runs, 'run')}, since ${account.failing_since}`;
  return `  ${cleanText(`${platform} ${nameOf(account)} of user ${account.user_id}: ${why} (${since})`)}`;
}

function expiringLines({ expiring_tokens, expiring_tokens_omitted }: StatusReport, colors: Colors): string[] {
  const listed = expiring_tokens.map(
    (token) =>
      `  ${cleanText(`${token.platform} ${nameOf(token)} of user ${token.user_id}: ${token.token_expires_at}`)}`,
  );
  const lines = block(listed, expiring_tokens_omitted, (total) =>
    colors.yellow(`${count(total, 'token')} expired or expiring soon that only the user can renew:`),
  );
  return lines.length === 0 ? [] : [...lines, `Renew a token: ${ADD_CONNECTION}`];
}

function nameOf(account: Pick<ExpiringToken, 'account_id' | 'account_name' | 'connection_id'>): string {
  return formatAccount({
    accountId: account.account_id,
    accountName: account.account_name,
    connectionId: account.connection_id,
  });
}

/** A title with the exact number, the first lines, and how many more there are; `omitted` are in no list. */
function block(listed: readonly string[], omitted: number, title: (total: number) => string): string[] {
  const total = listed.length + omitted;
  if (total === 0) return [];
  const lines = listed.slice(0, MAX_LINES);
  const more = total - lines.length;
  const where = omitted === 0 ? 'lists all' : `lists ${formatNumber(listed.length)} of the ${formatNumber(total)}`;
  return [title(total), ...lines, ...(more > 0 ? [`  … and ${formatNumber(more)} more: --json ${where}`] : [])];
}

function sum(platforms: readonly PlatformStatus[], numberOf: (platform: PlatformStatus) => number): number {
  return platforms.reduce((total, platform) => total + numberOf(platform), 0);
}
