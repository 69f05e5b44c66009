import { HOUR_MS, MINUTE_MS } from '../../clock.js';
import type { MetricInfo } from '../../platforms/contract.js';
import { dayOfYear, formatNumber } from '../../text.js';
import type { Point } from './series.js';

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const PRECISE = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 5 });
const FEW_DIGITS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** `21 Nov, 09:00 UTC` */
export function formatTime(instant: string): string {
  const date = new Date(instant).toISOString();
  return `${dayOfYear(date)}, ${date.slice(11, 16)} UTC`;
}

/** `21 Nov 2026, 09:00 UTC` */
export function formatMoment(instant: Date): string {
  return formatTime(instant.toISOString()).replace(',', ` ${instant.getUTCFullYear()},`);
}

/** `1.23M`, for axes and headlines. */
export function compact(value: number): string {
  return COMPACT.format(value);
}

/** `34,399` or `1.2346M`, for an axis whose ends are close together. */
export function precise(value: number): string {
  return value < 100_000 ? exact(value) : PRECISE.format(value);
}

/** A value of a metric: `1,234`, `12.5 h`, `3.2 %`. */
export function formatValue(
  value: number,
  unit: MetricInfo['unit'],
  format: (value: number) => string = exact,
): string {
  switch (unit) {
    case 'count':
    case 'accounts':
      return format(value);
    case 'minutes':
      return formatTimeSpent(value * MINUTE_MS, format);
    case 'milliseconds':
      return formatTimeSpent(value, format);
    case 'seconds':
      return `${format(value)} s`;
    case 'percent':
      return `${FEW_DIGITS.format(value)} %`;
    case 'ratio':
      return `${FEW_DIGITS.format(value * 100)} %`;
  }
}

/** `+3 %`, `−12.5 %`, `0 %` */
export function formatRatio(ratio: number): string {
  const percent = Math.abs(ratio) < 0.0995 ? Math.round(ratio * 1000) / 10 : Math.round(ratio * 100);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '';
  return `${sign}${formatNumber(Math.abs(percent))} %`;
}

/** `4 of 1,235`, and as a share. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${FEW_DIGITS.format(Math.round((1000 * part) / whole) / 10)} %`;
}

/** What a chart's title over a point says. */
export function formatPoint({ date, value, settled }: Point, unit: MetricInfo['unit']): string {
  if (value === null) return `${dayOfYear(date)}: no value`;
  return `${dayOfYear(date)}: ${formatValue(value, unit)}${settled ? '' : ', provisional'}`;
}

function exact(value: number): string {
  return FEW_DIGITS.format(value);
}

function formatTimeSpent(milliseconds: number, format: (value: number) => string): string {
  if (Math.abs(milliseconds) < HOUR_MS) return `${format(milliseconds / MINUTE_MS)} min`;
  return `${format(Math.round(milliseconds / (HOUR_MS / 10)) / 10)} h`;
}
