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
    expiringLines(report.expiring_tokens, colors),
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
    formatNumber(platform.failing.length),
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
  const lines = accountLines(platforms, ({ failing }) => failing);
  const reasons = platforms.flatMap(({ platform, reasons }) =>
    Object.entries(reasons).flatMap(([reason, accounts]) =>
      isSkipReason(reason) ? [] : [`${formatNumber(accounts)} ${cleanText(platform)} ${reason}`],
    ),
  );
  const failing = platforms.reduce((sum, platform) => sum + platform.failing.length, 0);
  return failing === 0 ? [] : [colors.red(`${count(failing, 'account')} failing: ${reasons.join(', ')}`), ...lines];
}

function permissionLines(platforms: readonly PlatformStatus[], colors: Colors): string[] {
  const lines = accountLines(platforms, (platform) => platform.missing_permission);
  const accounts = platforms.reduce((sum, platform) => sum + platform.missing_permission.length, 0);
  const title = `${count(accounts, 'account')} skipped until a permission is granted (missing_permission):`;
  return accounts === 0 ? [] : [colors.yellow(title), ...lines];
}

function accountLines(
  platforms: readonly PlatformStatus[],
  accountsOf: (platform: PlatformStatus) => readonly FailingReport[],
): string[] {
  const accounts = platforms.flatMap((platform) =>
    accountsOf(platform).map((account) => ({ platform: platform.platform, ...account })),
  );
  const lines = accounts.slice(0, MAX_LINES).map(({ platform, reason, message, runs, ...account }) => {
    const name = formatAccount({
      accountId: account.account_id,
      accountName: account.account_name,
      connectionId: account.connection_id,
    });
    const why = message === null ? reason : `${reason}: ${message}`;
    const since = `${count(runs, 'run')}, since ${account.failing_since}`;
    return `  ${cleanText(`${platform} ${name} of user ${account.user_id}: ${why} (${since})`)}`;
  });
  const more = accounts.length - lines.length;
  return more > 0 ? [...lines, `  … and ${formatNumber(more)} more: --json lists all`] : lines;
}

function expiringLines(tokens: readonly ExpiringToken[], colors: Colors): string[] {
  if (tokens.length === 0) return [];
  const lines = tokens.slice(0, MAX_LINES).map((token) => {
    const account = formatAccount({
      accountId: token.account_id,
      accountName: token.account_name,
      connectionId: token.connection_id,
    });
    return `  ${cleanText(`${token.platform} ${account} of user ${token.user_id}: ${token.token_expires_at}`)}`;
  });
  const more = tokens.length - lines.length;
  return [
    colors.yellow(`${count(tokens.length, 'token')} expired or expiring soon that only the user can renew:`),
    ...lines,
    ...(more > 0 ? [`  … and ${formatNumber(more)} more: --json lists all`] : []),
    `Renew a token: ${ADD_CONNECTION}`,
  ];
}
